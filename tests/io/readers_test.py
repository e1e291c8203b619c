"""Every reader of the ecosystem opens every kind of result file and sees the same in it."""
import os
import subprocess
import tempfile
import unittest

import h5netcdf
import h5py
import netCDF4
import numpy as np
import xarray as xr

WRITE_SAMPLE = os.path.join(os.environ["TRAWL_BINARY_DIR"], "tests", "io", "write_sample")
SAMPLES = ["grid", "zip", "random", "list"]
OUTPUT_DIMENSIONS = {"score": (), "profile": ("position",), "share": ("group",), "table": ("position", "group")}
SHAPES = {
    "grid": {"method": 3, "level": 3, "doubled": 2, "rate": 4, "replicate": 2},
    "zip": {"rate": 5, "level_method": 3, "replicate": 1},
    "random": {"point": 300, "replicate": 2},
    "list": {"point": 2, "replicate": 1},
}


def made_up(task, output, element):
    """The value that tests/io/sample_sweeps.hpp gives an element."""
    if output == 2 and task % 5 == 0:
        return np.nan
    return task + 0.001 * output + 0.0001 * element


def expected(output, tasks, size):
    return np.array([[made_up(task, output, element) for element in range(size)] for task in range(tasks)])


class Readers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.paths = {}
        for sample in SAMPLES:
            cls.paths[sample] = os.path.join(cls.directory.name, sample + ".h5")
            subprocess.run([WRITE_SAMPLE, sample, cls.paths[sample]], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def check_dataset(self, sample, ds):
        sizes = SHAPES[sample]
        tasks = int(np.prod(list(sizes.values())))
        self.assertEqual(ds["status"].dims, tuple(sizes))
        self.assertEqual(ds["status"].shape, tuple(sizes.values()))
        for k, (name, dimensions) in enumerate(OUTPUT_DIMENSIONS.items()):
            self.assertEqual(ds[name].dims, tuple(sizes) + dimensions)
            self.assertEqual(ds[name].dtype, np.float64)
            own = int(np.prod(ds[name].shape[len(sizes):]))
            np.testing.assert_array_equal(ds[name].values.reshape(tasks, own), expected(k, tasks, own))
        self.assertEqual(list(ds["group"].values), ["A", "Bé"])
        self.assertEqual(list(ds["position"].values), [0.5, 1.5, 2.5])
        self.assertEqual(ds["score"].attrs["units"], "s")
        self.assertEqual(ds["score"].attrs["long_name"], "time to score")
        self.assertEqual(ds["score"].attrs["description"], "a scalar")
        self.assertEqual(ds["profile"].attrs["long_name"], "profile")
        self.assertNotIn("units", ds["profile"].attrs)
        self.assertEqual(ds["rate"].attrs["units"], "1/s")
        self.assertEqual(ds["share"].attrs["comment"], "NaN: the group is empty")
        self.assertEqual(ds.attrs["Conventions"], "CF-1.8")
        self.assertEqual(ds.attrs["references"], "made up, § 1")
        self.assertEqual(int(ds.attrs["study_version"]), 3)
        self.assertIn('study = "sample"', ds.attrs["sweep"])
        meanings = ds["status"].attrs["flag_meanings"].split()
        self.assertEqual(meanings, ["pending", "ok", "non_finite", "threw", "timed_out", "crashed", "excluded"])
        np.testing.assert_array_equal(ds["status"].attrs["flag_values"], np.arange(7, dtype=np.uint8))
        self.assertEqual(float(ds["width"]), 1.0)
        self.assertIn("width", ds["score"].coords)

    def test_xarray_reads_every_file_with_either_engine(self):
        for sample in SAMPLES:
            for engine in ["netcdf4", "h5netcdf", None]:
                with self.subTest(sample=sample, engine=engine), xr.open_dataset(self.paths[sample], engine=engine) as ds:
                    self.check_dataset(sample, ds)

    def test_xarray_selects_by_the_values_of_axes(self):
        with xr.open_dataset(self.paths["grid"]) as ds:
            self.assertEqual(list(ds["method"].values), ["fancy", "plain", "größer"])
            self.assertEqual(ds["level"].dtype, np.int64)
            self.assertEqual(ds["doubled"].dtype, bool)
            for doubled in [False, True]:
                self.assertEqual(ds["score"].sel(doubled=doubled).doubled.item(), doubled)
            one = ds["score"].sel({"method": "größer", "level": 10, "doubled": True, "rate": 1.5, "replicate": 1})
            self.assertEqual(float(one), np.ravel_multi_index((2, 1, 1, 2, 1), (3, 3, 2, 4, 2)))
        with xr.open_dataset(self.paths["random"]) as ds:
            self.assertEqual(set(ds["method"].values), {"fancy", "größer"})
            chosen = ds.where(ds["method"] == "fancy", drop=True)
            self.assertGreater(chosen.sizes["point"], 100)
            self.assertTrue(((ds["rate"] >= 0.5) & (ds["rate"] <= 2)).all())
        with xr.open_dataset(self.paths["list"]) as ds:
            self.assertEqual(list(ds["method"].values), ["fancy", "plain"])
            self.assertEqual(list(ds["rate"].values), [1.5, 0.1])
            self.assertIs(ds["doubled"].item(), True)
            self.assertEqual(str(xr.open_dataset(self.paths["zip"])["method"].values[2]), "größer")

    def test_flags_are_bool_in_xarray_and_0_and_1_in_netcdf4_wherever_they_stand(self):
        for engine in ["netcdf4", "h5netcdf"]:
            with xr.open_dataset(self.paths["grid"], engine=engine) as ds:  # an axis
                self.assertEqual(ds.indexes["doubled"].dtype, bool)
                with self.assertRaises(KeyError):
                    ds.sel(doubled=2)
            with xr.open_dataset(self.paths["random"], engine=engine) as ds:  # a coordinate along the points
                self.assertEqual(ds["doubled"].dtype, bool)
                self.assertEqual(ds.where(ds["doubled"], drop=True).sizes["point"], int(ds["doubled"].sum()))
            with xr.open_dataset(self.paths["list"], engine=engine) as ds:  # a fixed parameter
                self.assertEqual((ds["doubled"].dtype, ds["doubled"].shape), (np.dtype(bool), ()))
        with netCDF4.Dataset(self.paths["grid"]) as file:
            self.assertEqual(file["doubled"].dtype, np.uint8)
            self.assertEqual(list(file["doubled"][:]), [0, 1])
            self.assertEqual(file["doubled"].flag_meanings, "false true")

    def test_h5py_sees_contiguous_early_allocated_data(self):
        for sample in SAMPLES:
            with h5py.File(self.paths[sample], "r") as file:
                self.assertEqual(file.id.get_create_plist().get_version()[0], 0)  # superblock
                for name, dataset in file.items():
                    properties = dataset.id.get_create_plist()
                    self.assertEqual(properties.get_layout(), h5py.h5d.CONTIGUOUS)
                    self.assertEqual(properties.get_alloc_time(), h5py.h5d.ALLOC_TIME_EARLY)
                    self.assertGreater(dataset.id.get_offset(), 0)
                    if name in OUTPUT_DIMENSIONS or name == "status":
                        self.assertEqual(properties.get_fill_time(), h5py.h5d.FILL_TIME_ALLOC)
                        if name != "status":
                            self.assertTrue(np.isnan(dataset.fillvalue))
                    if not h5py.h5ds.is_scale(dataset.id):
                        for dimension in dataset.dims:
                            self.assertEqual(len(dimension), 1)

    def test_netcdf4_and_h5netcdf_list_the_same_variables(self):
        for sample in SAMPLES:
            with h5py.File(self.paths[sample], "r") as file:
                names = set(file)
            with netCDF4.Dataset(self.paths[sample]) as file:
                self.assertEqual(set(file.variables), names)
                self.assertFalse([name for name in file.dimensions if name.startswith("phony")])
            with h5netcdf.File(self.paths[sample], "r") as file:
                self.assertEqual(set(file.variables), names)

    def test_ncdump_shows_every_file(self):
        for sample in SAMPLES:
            shown = subprocess.run(["ncdump", self.paths[sample]], check=True, capture_output=True, text=True).stdout
            self.assertIn('doubled:flag_meanings = "false true" ;', shown)
            self.assertIn('score:long_name = "time to score" ;', shown)

    def test_h5dump_reads_every_file(self):
        for sample in SAMPLES:
            subprocess.run(["h5dump", self.paths[sample]], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    unittest.main()
