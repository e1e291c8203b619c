"""What users and other programs do to result files: what they add stays, what they write anew is read."""
import os
import subprocess
import tempfile
import unittest

import h5py
import numpy as np
import xarray as xr

BINARY_DIR = os.environ["TRAWL_BINARY_DIR"]
WRITE_SAMPLE = os.path.join(BINARY_DIR, "tests", "io", "write_sample")
TRAWL = os.path.join(BINARY_DIR, "trawl")
SAMPLES = ["grid", "zip", "random", "list"]
EDITORS = [None, "earliest", "v108", "v110", "latest"]


def run(*words, code=0):
    result = subprocess.run(words, capture_output=True, text=True, timeout=120)
    if result.returncode != code:
        raise AssertionError(f"{words}: {result.returncode}, not {code}\n{result.stdout}{result.stderr}")
    return result


def table(path, keep=lambda name: True):
    """Rows of the export as dictionaries from the column's name to its text, sorted, as parameters may be in any order."""
    lines = [line.split(",") for line in run(TRAWL, "export", path).stdout.splitlines()]
    return [tuple(sorted((k, v) for k, v in zip(lines[0], line) if keep(k))) for line in lines[1:]]


class ForeignFiles(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "a.h5")

    def sample(self, name):
        path = os.path.join(self.folder.name, name + ".h5")
        run(WRITE_SAMPLE, name, path)
        return path

    def half_done(self, name):
        """A file with a few results, as a run leaves it that is killed."""
        run(WRITE_SAMPLE, name, self.path)
        with h5py.File(self.path, "r") as file:
            offset, tasks = file["status"].id.get_offset(), file["status"].size
        with open(self.path, "r+b") as file:
            file.seek(offset + tasks // 2)
            file.write(bytes(tasks - tasks // 2))

    def values(self, path):
        with h5py.File(path, "r") as file:
            return {name: dataset[...] for name, dataset in file.items() if isinstance(dataset, h5py.Dataset)}

    def check_continued(self, name, edit, libver):
        self.half_done(name)
        with h5py.File(self.path, "r") as file:
            offsets = {key: dataset.id.get_offset() for key, dataset in file.items()}
        with h5py.File(self.path, "r+", libver=libver) as file:
            edit(file)
        run(WRITE_SAMPLE, name, self.path)
        with h5py.File(self.path, "r") as file:
            self.assertEqual({key: file[key].id.get_offset() for key in offsets}, offsets)
            self.assertTrue((file["status"][...] != 0).all())
        whole = self.values(self.sample(name))
        for key, value in self.values(self.path).items():
            if key in whole:
                np.testing.assert_array_equal(value, whole[key], key)
        self.assertIn(("status", "ok"), table(self.path)[0])

    def test_attributes_that_users_add_stay_and_the_run_goes_on(self):
        def edit(file):
            file.attrs["note"] = "größer"
            file.attrs["ascii"] = np.bytes_(b"fixed length")
            file.attrs["numbers"] = np.arange(600.0)
            file.attrs["compound"] = np.zeros(2, dtype=[("a", "i4"), ("b", "f8")])
            file.attrs["reference"] = file["score"].ref
            file.attrs["empty"] = h5py.Empty("f")
            for k in range(40):
                file["score"].attrs[f"mark_{k}"] = f"text {k} " + "x" * k
                file["rate"].attrs[f"mark_{k}"] = np.float32(k)
            del file["score"].attrs["mark_3"]

        def check():
            with h5py.File(self.path, "r") as file:
                self.assertEqual(file.attrs["note"], "größer")
                self.assertEqual(file["score"].attrs["mark_39"], "text 39 " + "x" * 39)
                self.assertEqual(file["rate"].attrs["mark_39"], 39)

        for libver in EDITORS:
            for name in SAMPLES:
                with self.subTest(libver=libver, sample=name):
                    self.check_continued(name, edit, libver)
                    check()
                    os.remove(self.path)

    def test_objects_that_users_add_stay_and_the_run_goes_on(self):
        def edit(file):
            file["mine"] = np.arange(5.0)
            file.create_dataset("packed", data=np.arange(9000), chunks=True, compression="gzip", shuffle=True)
            file.create_dataset("later", shape=(7,), dtype="f8")
            file["words"] = ["a", "b"]
            file["folder/inner"] = 3
            file["elsewhere"] = h5py.SoftLink("/folder/inner")
            file["type"] = np.dtype("f4")
            for k in range(60):
                file[f"extra_{k:02}"] = np.float32(k)

        for libver in EDITORS:
            with self.subTest(libver=libver):
                self.check_continued("grid", edit, libver)
                with h5py.File(self.path, "r") as file:
                    np.testing.assert_array_equal(file["packed"][...], np.arange(9000))
                    self.assertEqual(file["elsewhere"][()], 3)
                self.assertIn("mine", run(TRAWL, "report", self.path).stderr)
                os.remove(self.path)

    def rewritten(self, path):
        """Names and paths of copies that other programs make of a file."""
        def target(name):
            return os.path.join(self.folder.name, name + ".h5")

        for name, options in {"repacked": ["-l", "CHUNK=2"], "zipped": ["-f", "SHUF", "-f", "GZIP=4"],
                              "latest": ["-L", "-f", "GZIP=1"], "plain_latest": ["-L"]}.items():
            run("h5repack", *options, path, target(name))
            yield name, target(name)
        run("nccopy", "-4", path, target("copied"))
        yield "copied", target("copied")
        for engine in ["netcdf4", "h5netcdf"]:
            with xr.open_dataset(path, engine=engine) as ds:
                ds.to_netcdf(target(engine), engine=engine)
                yield engine, target(engine)
                numbers = [name for name in ds.data_vars if ds[name].dtype.kind == "f"]
                ds.to_netcdf(target(engine + "_zipped"), engine=engine,
                             encoding={name: {"zlib": True, "complevel": 4} for name in numbers})
                yield engine + "_zipped", target(engine + "_zipped")

    def test_files_that_others_wrote_anew_are_read_and_not_continued(self):
        for name in SAMPLES:
            path = self.sample(name)
            wanted, report = table(path), sorted(run(TRAWL, "report", path).stdout.splitlines())
            status = run(TRAWL, "status", path).stdout.splitlines()[1:]
            whole = self.values(path)
            for writer, copy in self.rewritten(path):
                with self.subTest(sample=name, writer=writer):
                    self.assertEqual(table(copy), wanted)
                    self.assertEqual(sorted(run(TRAWL, "report", copy).stdout.splitlines()), report)
                    self.assertEqual(run(TRAWL, "status", copy).stdout.splitlines()[1:], status)
                    digests = run(TRAWL, "digest", copy).stdout.splitlines()
                    self.assertEqual(len(digests), 1 + len(whole))
                    with open(copy, "rb") as file:
                        before = file.read()
                    refused = run(WRITE_SAMPLE, name, copy, code=2).stderr
                    self.assertIn("can be read, not continued", refused)
                    self.assertEqual(refused.count("\n"), 1, refused)
                    with open(copy, "rb") as file:
                        self.assertEqual(file.read(), before)

    def test_no_temporary_stays_and_the_directory_for_them_can_be_chosen(self):
        path = self.sample("grid")
        run("h5repack", "-L", "-f", "GZIP=1", path, self.path)
        with tempfile.TemporaryDirectory() as scratch:
            subprocess.run([TRAWL, "report", self.path], check=True, stdout=subprocess.DEVNULL,
                           env={**os.environ, "TMPDIR": scratch})
            self.assertEqual(os.listdir(scratch), [])
            nowhere = subprocess.run([TRAWL, "report", self.path], capture_output=True, text=True,
                                     env={**os.environ, "TMPDIR": os.path.join(scratch, "none")})
            self.assertEqual(nowhere.returncode, 74, nowhere.stderr)

    def test_damage_that_crashes_the_library_is_a_line(self):
        path = self.sample("list")
        run("h5repack", "-L", "-f", "GZIP=1", path, self.path)
        with open(self.path, "rb") as file:
            whole = file.read()
        random = np.random.default_rng(1)
        refused = 0
        for _ in range(60):
            changed = bytearray(whole)
            for place in random.integers(48, len(whole), 4):
                changed[place] = random.integers(256)
            with open(self.path, "wb") as file:
                file.write(changed)
            result = subprocess.run([TRAWL, "export", self.path], capture_output=True, text=True, timeout=100)
            self.assertIn(result.returncode, [0, 2, 74], result.stderr)
            if result.returncode != 0:
                refused += 1
                self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        self.assertGreater(refused, 10)

    def test_another_programs_own_file_is_no_result_file(self):
        with h5py.File(self.path, "w", libver="latest") as file:
            file["x"] = np.arange(3.0)
        for verb in ["report", "export", "status", "digest"]:
            self.assertIn("no status", run(TRAWL, verb, self.path, code=2).stderr)


if __name__ == "__main__":
    unittest.main()
