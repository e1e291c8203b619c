#!/usr/bin/env bash
# Installs what Trawl needs on Debian 12, builds it, and runs a sweep or the tests: `./setup.sh help`.
set -euo pipefail
caller_directory=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"

build_packages=(
  g++ cmake ninja-build pkg-config ccache
  openmpi-bin libopenmpi-dev libhdf5-dev libboost-dev libboost-program-options-dev libtbb-dev libhwy-dev
  libeigen3-dev libfmt-dev libspdlog-dev nlohmann-json3-dev libtomlplusplus-dev libmuparser-dev libssl-dev
  librandom123-dev libgtest-dev libbenchmark-dev
)
reading_packages=(python3-xarray python3-h5netcdf python3-matplotlib)
test_packages=(
  libsimgrid-dev python3-h5py python3-netcdf4 python3-torch hdf5-tools clang clang-format shellcheck strace
  slurm-wlm slurmctld slurmd munge
)

usage() {
  cat <<'END'
./setup.sh run [SWEEP]   install what is missing, build, run a sweep (default: importance sampling) under mpirun
                         on all cores, and print a table of its results
./setup.sh test          install what is missing, build, run every test, also under the sanitizers
./setup.sh build         install what is missing and build build/release/trawl
END
}

# Installs those of the named Debian packages that are missing; asks nothing of the network if none is.
install_packages() {
  local package missing=() as_root=()
  for package in "$@"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null || ! sudo -v; then
      printf 'Debian packages are missing (and this is neither root nor a user of sudo). As root, run:\n' >&2
      printf 'apt-get update && apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
      exit 1
    fi
    as_root=(sudo)
  fi
  echo "Installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# Configures and builds targets (all of them if none is named) of a preset.
build() {
  local preset=$1 target targets=()
  shift
  for target in "$@"; do targets+=(--target "$target"); done
  mkdir -p build
  if ! cmake --preset "$preset" >"build/$preset.log" 2>&1; then
    cat "build/$preset.log" >&2
    exit 1
  fi
  cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" >&2
}

# Two ranks share the cores, so that both MPI and threads are at work.
run_sweep() {
  local sweep=$1 cores ranks name result code=0
  cores=$(nproc)
  ranks=$((cores > 1 ? 2 : 1))
  name=$(basename "$sweep" .toml)
  [[ $name != sweep ]] || name=$(basename "$(dirname "$sweep")")
  result=$caller_directory/$name.h5
  mpirun -n "$ranks" --oversubscribe --bind-to none --enable-recovery \
    build/release/trawl run "$sweep" --threads $((cores / ranks)) -o "$result" || code=$?
  [[ -e $result ]] || exit "$code"
  build/release/trawl report "$result"
  echo "Results: $result"
  return "$code"
}

# Runs a preset's tests; the sanitizers' presets build the unit tests only.
run_tests() {
  local preset=$1
  echo "== $preset: build" >&2
  build "$preset"
  echo "== $preset: test" >&2
  ctest --preset "$preset" -j "$(nproc)"
}

# Open MPI refuses root unless told twice, and in a container without ptrace its zero-copy reads fail.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_btl_vader_single_copy_mechanism=none

case ${1:-help} in
  build)
    install_packages "${build_packages[@]}"
    build release trawl
    ;;
  run)
    if [[ -n ${2:-} ]]; then
      sweep=$(cd "$caller_directory" && realpath -- "$2")
    else
      sweep=$PWD/studies/importance_sampling/sweep.toml
    fi
    install_packages "${build_packages[@]}" "${reading_packages[@]}"
    build release trawl
    run_sweep "$sweep"
    ;;
  test)
    install_packages "${build_packages[@]}" "${reading_packages[@]}" "${test_packages[@]}"
    run_tests release
    run_tests asan
    run_tests tsan
    ;;
  help | -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
