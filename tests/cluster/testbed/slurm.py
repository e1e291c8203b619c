"""A real SLURM of several virtual nodes on this machine, in a temporary directory, for as long as a `with` block lasts.

    with slurm.Cluster(nodes=4) as cluster:
        cluster.run("srun", "-N4", "-n4", "hostname")

or, from a shell, `python3 slurm.py COMMAND [WORD...]`: runs the command with the cluster's SLURM_CONF.

Needs Debian's slurmctld, slurmd, slurm-client and munge, of which nothing has to run or be configured, and no root:
the daemons belong to whoever starts them. Nothing of it outlives the block or a SIGTERM; after a SIGKILL the daemons are
gone too, and jobs under way end when they are done.
"""
import ctypes
import getpass
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 5
ATTEMPTS = 3  # somebody else may take a port that was free
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
prctl = ctypes.CDLL(None, use_errno=True).prctl

# cred_expire is also how long a requeued job waits. Timeouts are short because the nodes are one machine; a node whose
# slurmd is killed counts as down after SlurmdTimeout.
CONFIGURATION = """
ClusterName=testbed
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={control_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={directory}/munge.socket,cred_expire=5
CredType=cred/munge
StateSaveLocation={directory}/state
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd.%n.pid
SlurmdSpoolDir={directory}/spool.%n
# PMIx servers of nodes that share a temporary directory meet in it and fail.
TmpFS={directory}/tmp.%n
TaskProlog={directory}/task_prolog
# No control groups and no accounting: a container has neither.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=1
ReturnToService=2
JobRequeue=1
MinJobAge=600
KillWait=5
SlurmdTimeout=6
SlurmctldTimeout=6
InactiveLimit=0
NodeName=n[1-{nodes}] NodeHostname={host} NodeAddr=127.0.0.1 Port=[{node_ports}] CPUs=2 RealMemory=4000
PartitionName=main Nodes=ALL Default=YES MaxTime=60 OverSubscribe=FORCE:4 State=UP
"""

# Open MPI names its shared memory by machine, job and local rank, which the nodes have in common, and so have a job's
# starts; and the machine may have no network but the loopback interface, which Open MPI leaves out unless told.
TASK_PROLOG = """#!/bin/sh
memory={directory}/tmp.$SLURMD_NODENAME/$SLURM_JOB_ID.${{SLURM_RESTART_COUNT:-0}}
mkdir -p "$memory"
echo "export OMPI_MCA_btl_vader_backing_directory=$memory"
echo "export OMPI_MCA_btl_tcp_if_include=lo"
echo "export OMPI_MCA_oob_tcp_if_include=lo"
"""


def consecutive_free_ports(count):
    """The first of `count` consecutive ports that nobody listens on."""
    for first in random.sample(range(17000, 32000), 100):  # below those that connections get
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no free ports")


def descendants(pid):
    """All processes below `pid`, children before their own children."""
    parents = {}
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = parents.get(pid, [])
    for child in found:  # grows as it goes
        found.extend(parents.get(child, []))
    return found


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class DaemonEnded(RuntimeError):
    pass


class Cluster:
    def __init__(self, nodes=4):
        self.nodes = [f"n{k}" for k in range(1, nodes + 1)]

    def __enter__(self):
        missing = [name for name in ("munged", "mungekey", "slurmctld", "slurmd", "srun") if not self.find(name)]
        if missing:
            raise RuntimeError(f"{', '.join(missing)} not found: apt-get install slurmctld slurmd slurm-client munge")
        # Step daemons leave the process that started them; as orphans they come to us.
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        signal.signal(signal.SIGTERM, self.stop_and_exit)
        for attempt in range(ATTEMPTS):
            try:
                self.start()
                return self
            except BaseException as error:
                self.print_logs()
                self.stop()
                if attempt == ATTEMPTS - 1 or not isinstance(error, DaemonEnded):
                    raise

    def __exit__(self, *exception):
        if exception[0]:
            self.print_logs()
        self.stop()

    @staticmethod
    def find(name):
        return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def start(self):
        self.daemons = {}
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="trawl_slurm_"))  # short: paths of sockets are limited
        self.directory.chmod(0o755)  # munge wants its socket to be reachable
        self.environment = {**os.environ, "SLURM_CONF": str(self.directory / "slurm.conf")}
        for name in ["state", *(f"{kind}.{node}" for kind in ("spool", "tmp") for node in self.nodes)]:
            (self.directory / name).mkdir()
        prolog = self.directory / "task_prolog"
        prolog.write_text(TASK_PROLOG.format(directory=self.directory))
        prolog.chmod(0o755)
        ports = consecutive_free_ports(len(self.nodes) + 1)
        (self.directory / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], user=getpass.getuser(), directory=self.directory,
            control_port=ports, nodes=len(self.nodes), node_ports=f"{ports + 1}-{ports + len(self.nodes)}"))
        key = self.directory / "munge.key"
        subprocess.run([self.find("mungekey"), "-c", "-k", key], check=True)
        self.daemon("munged", "munged", "--foreground", "--force", f"--socket={self.directory}/munge.socket",
                    f"--key-file={key}", f"--pid-file={self.directory}/munged.pid",
                    f"--seed-file={self.directory}/munged.seed")
        self.wait_until((self.directory / "munge.socket").exists, "munged does not start")
        self.daemon("slurmctld", "slurmctld", "-D", "-i")
        for node in self.nodes:
            self.start_node(node)
        self.wait_until(lambda: all(self.node_state(node) == "idle" for node in self.nodes), "the nodes do not come up")

    def start_node(self, node):
        self.daemon(node, "slurmd", "-D", "-N", node)

    def daemon(self, name, program, *words):
        with open(self.directory / f"{name}.log", "ab") as log:
            self.daemons[name] = subprocess.Popen(
                [self.find(program), *words], env=self.environment, cwd=self.directory, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True, preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def wait_until(self, condition, problem, seconds=START_SECONDS):
        deadline = time.monotonic() + seconds
        while not condition():
            for name, daemon in self.daemons.items():
                if daemon.poll() is not None:
                    raise DaemonEnded(f"{name} ended with code {daemon.returncode}")
            if time.monotonic() > deadline:
                raise TimeoutError(problem)
            time.sleep(0.1)

    def stop(self):
        """Ends every process below this one, and removes the directory."""
        for round_signal in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + STOP_SECONDS
            for pid in descendants(os.getpid()):
                kill(pid, round_signal)
            while descendants(os.getpid()) and time.monotonic() < deadline:
                self.reap()
                time.sleep(0.05)
        self.reap()
        shutil.rmtree(self.directory, ignore_errors=True)

    def stop_and_exit(self, number, _frame):
        self.stop()
        os._exit(128 + number)

    def reap(self):
        for daemon in self.daemons.values():
            daemon.poll()
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            pass

    def kill_node(self, node):
        """What a power failure does: the node's daemon and everything below it is gone at once."""
        daemon = self.daemons.pop(node)
        steps = self.step_daemons(node)
        daemons = [daemon.pid, *steps]
        below = [pid for step in steps for pid in descendants(step)]
        for pid in daemons:
            kill(pid, signal.SIGSTOP)  # they must not act on the death of a rank
        for pid in [*reversed(below), *daemons]:  # srun's child, which would end the step if srun died, comes first
            kill(pid)
        daemon.wait()

    def declare_down(self, node):
        """What SLURM would find out by itself half a minute after the node's death."""
        self.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=test")

    def step_daemons(self, node):
        """The slurmstepd processes of a node: they listen on sockets in its spool directory."""
        spool = f"{self.directory}/spool.{node}/"
        inodes = set()
        for line in pathlib.Path("/proc/net/unix").read_text().splitlines():
            fields = line.split()
            if fields[-1].startswith(spool):
                inodes.add(f"socket:[{fields[6]}]")
        return [pid for pid in descendants(os.getpid()) if inodes & open_files(pid)]

    def run(self, *words, timeout=120, check=True, **keywords):
        """Runs a command in the cluster; its finished process, with its texts."""
        done = subprocess.run([*map(str, words)], env=self.environment, capture_output=True, text=True, timeout=timeout,
                              check=False, **keywords)
        if check and done.returncode != 0:
            raise RuntimeError(f"{words}: code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def node_state(self, node):
        return self.run("sinfo", "-h", "-n", node, "-o", "%t", check=False).stdout.strip()

    def job(self, job_id):
        """What scontrol knows of a job, by key."""
        text = self.run("scontrol", "-o", "show", "job", job_id).stdout
        return dict(word.split("=", 1) for word in text.split() if "=" in word)

    def print_logs(self):
        for log in sorted(self.directory.glob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            print(f"== {log.name}", *lines[-25:], sep="\n", file=sys.stderr, flush=True)


def open_files(pid):
    found = set()
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            found.add(os.readlink(entry.path))
    except OSError:
        pass  # the process has ended, or the file was closed
    return found


if __name__ == "__main__":
    with Cluster() as one:
        code = subprocess.run(sys.argv[1:], env=one.environment, check=False).returncode
    sys.exit(code)
