"""Runs every study's sweep, shrunk, and opens its file with every reader a user may have."""

import concurrent.futures
import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import h5netcdf.legacyapi
import h5py
import netCDF4
import numpy as np
import xarray as xr

SOURCE_DIR = pathlib.Path(os.environ["TRAWL_SOURCE_DIR"])
TRAWL = pathlib.Path(os.environ["TRAWL_BINARY_DIR"]) / "trawl"
TIME_WORDS = {"days", "hours", "minutes", "seconds", "milliseconds", "microseconds"}

# Every folder with a sweep is a study; what makes the long sweeps a matter of a second.
STUDIES = sorted(path.parent.name for path in (SOURCE_DIR / "studies").glob("*/sweep.toml"))
SHRUNK = {
    "importance_sampling": ["--axis", "samples=1,10,100", "--fix", "repeats=1000"],
    "gelu_factor": ["--axis", "hidden=16", "--axis", "samples=256,512", "--fix", "epochs=2", "--replicates", "2"],
    "diffusion": ["--axis", "timesteps=40,100", "--fix", "samples=1000", "--fix", "n_train=1000", "--replicates", "2"],
    "fairness": ["--axis", "tau0=linspace:-4,4,5", "--axis", "tau1=linspace:-4,4,4"],
    "deep_backprop": ["--fix", "hidden_layers=4", "--fix", "width=5", "--replicates", "3"],
    "mnist1d_mlp": ["--axis", "hidden=10,20", "--fix", "epochs=2", "--fix", "train_samples=300", "--replicates", "2"],
    "logistic_bc": ["--axis", "learning_rate=0.03,0.3", "--fix", "steps=20"],
    "cvae": ["--axis", "beta=0.1,1,10", "--fix", "epochs=3", "--fix", "test_samples=200"],
    "gauss_to_ring": ["--axis", "hidden=3,5", "--fix", "epochs=5", "--fix", "test_samples=2000"],
    "infomax_ica": ["--fix", "samples=100", "--fix", "steps=20", "--replicates", "2"],
    "sgd_gabor": ["--replicates", "5"],
    "null": ["--axis", "x=linspace:0,1,30", "--axis", "y=linspace:0,1,40"],
}


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def plain(values):
    """Values as NumPy numbers or str, whatever reader they come from."""
    values = np.ma.filled(values, np.nan) if np.ma.isMaskedArray(values) else np.asarray(values)
    return np.vectorize(text, otypes=[object])(values) if values.dtype == object else values


def trawl(*arguments):
    result = subprocess.run([TRAWL, *arguments], capture_output=True, text=True, timeout=300)
    if result.returncode != 0:
        raise AssertionError(f"{arguments}: {result.returncode}\n{result.stderr}")
    return result


class Names(unittest.TestCase):
    def test_no_name_is_an_argument_of_xarrays_own(self):
        taken = {name for function in (xr.Dataset.sel, xr.Dataset.isel, xr.Dataset.mean)
                 for name in inspect.signature(function).parameters}
        self.assertLessEqual({"method", "tolerance", "drop", "dim", "skipna", "keep_attrs"}, taken)
        for study in STUDIES:
            described = json.loads(trawl("describe", study, "--json").stdout)["study"]
            names = {parameter["name"] for parameter in described["parameters"]}
            for output in described["outputs"]:
                names |= {output["name"], *(dimension if isinstance(dimension, str) else dimension["name"]
                                            for dimension in output["dimensions"])}
            self.assertEqual(names & taken, set(), study)


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.files = {}
        for study in STUDIES:
            cls.files[study] = pathlib.Path(cls.folder.name) / f"{study}.h5"
            sweep = SOURCE_DIR / "studies" / study / "sweep.toml"
            trawl("run", sweep, *SHRUNK.get(study, []), "-o", cls.files[study])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def each(self, check):
        for study, path in self.files.items():
            with self.subTest(study=study):
                check(study, path)

    def test_every_study_of_the_catalogue_is_read(self):
        listed = json.loads(trawl("list", "--json").stdout)
        self.assertEqual(sorted(study["name"] for study in listed["studies"]), STUDIES)
        self.assertLessEqual(set(SHRUNK), set(STUDIES))

    def test_h5py_finds_a_scale_on_every_dimension_and_a_meaning_on_every_variable(self):
        def check(study, path):
            with h5py.File(path, "r") as file:
                self.assertEqual(file.attrs["Conventions"], "CF-1.8")
                self.assertEqual(file.attrs["study"], study)
                for name, dataset in file.items():
                    if not h5py.h5ds.is_scale(dataset.id):
                        for size, dimension in zip(dataset.shape, dataset.dims):
                            self.assertEqual([scale.shape for scale in dimension.values()], [(size,)], name)
                    self.assertTrue(dataset.attrs["long_name"], name)
                    if h5py.check_string_dtype(dataset.dtype) is None:
                        self.assertNotIn(dataset.attrs.get("units"), TIME_WORDS | {"", "1"}, name)
                self.assertTrue((file["status"][...] == 1).all())
                self.assertEqual(file["status"].attrs["flag_meanings"].split()[1], "ok")
                self.assertEqual(list(file["status"].attrs["flag_values"]), list(range(7)))
        self.each(check)

    def test_all_readers_see_the_same_variables_dimensions_and_values(self):
        def check(_, path):
            with h5py.File(path, "r") as file, netCDF4.Dataset(path) as one, \
                    h5netcdf.legacyapi.Dataset(path, "r") as other:
                self.assertEqual(set(file), set(one.variables))
                self.assertEqual(set(file), set(other.variables))
                for name, dataset in file.items():
                    self.assertEqual(one[name].dimensions, other[name].dimensions)
                    self.assertEqual(one[name].shape, dataset.shape)
                    for reader in one, other:
                        np.testing.assert_array_equal(plain(reader[name][...]), plain(dataset[...]), name)
        self.each(check)

    def test_xarray_opens_it_with_both_engines_and_gets_every_parameter_as_a_coordinate(self):
        def check(study, path):
            described = json.loads(trawl("describe", study, "--json").stdout)["study"]
            parameters = [one["name"] for one in described["parameters"]]
            with xr.open_dataset(path, engine="netcdf4") as one, xr.open_dataset(path, engine="h5netcdf") as other, \
                    xr.open_dataset(path) as default:
                xr.testing.assert_equal(one, other)
                xr.testing.assert_equal(one, default)
                self.assertLessEqual(set(parameters), set(one.coords))
                sweep = one["status"].dims
                self.assertEqual(sweep[-1], "replicate")
                for name, variable in one.data_vars.items():
                    self.assertEqual(variable.dims[:len(sweep)], sweep, name)
                    self.assertEqual(variable.dtype.kind, "u" if name == "status" else "f", name)
        self.each(check)

    def test_its_script_plots_it(self):
        def plot(study):
            path = self.files[study]
            return subprocess.run(
                [sys.executable, SOURCE_DIR / "studies" / study / "plot.py", path, path.with_suffix(".png")],
                capture_output=True, text=True, timeout=120, env={**os.environ, "MPLCONFIGDIR": self.folder.name})

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = dict(zip(self.files, pool.map(plot, self.files)))

        def check(study, path):
            self.assertEqual(results[study].returncode, 0, results[study].stderr)
            picture = path.with_suffix(".png")
            self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
            self.assertGreater(picture.stat().st_size, 2000)
        self.each(check)

    def test_the_gallery_has_a_row_and_a_small_picture_of_every_study_in_the_order_of_the_list(self):
        rows = re.findall(r"^\| `(\w+)` \|.*\| `trawl run (\S+)` \| !\[\w+\]\((\S+)\) \|$",
                          (SOURCE_DIR / "studies/README.md").read_text(), re.MULTILINE)
        listed = [study["name"] for study in json.loads(trawl("list", "--json").stdout)["studies"]]
        self.assertEqual([name for name, _, _ in rows], listed)
        for name, sweep, picture in rows:
            self.assertEqual((sweep, picture), (f"studies/{name}/sweep.toml", f"{name}/{name}.png"))
            self.assertLess((SOURCE_DIR / "studies" / picture).stat().st_size, 50_000, picture)

    def test_the_guides_example_study_is_the_one_that_the_install_test_builds(self):
        guide = (SOURCE_DIR / "studies/README.md").read_text()
        blocks = re.findall(r"^```(?:cpp|cmake)\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
        built = {path.read_text() for path in (SOURCE_DIR / "tests/install/consumer").iterdir()}
        self.assertEqual(len(blocks), 3)
        self.assertEqual(set(blocks), built)


if __name__ == "__main__":
    unittest.main()
