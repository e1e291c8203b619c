# find_package(trawl) gives trawl::engine, trawl::studies, trawl::io and trawl::cluster (link this for a main).
include(CMakeFindDependencyMacro)
enable_language(C)  # FindMPI and FindHDF5 look for C libraries with the C compiler

find_dependency(TBB)
find_dependency(fmt)
find_dependency(spdlog)
find_dependency(Eigen3)
find_dependency(nlohmann_json)
find_dependency(OpenSSL)
find_dependency(Boost COMPONENTS program_options)
find_dependency(HDF5 COMPONENTS C HL)
find_dependency(MPI COMPONENTS C)
find_dependency(PkgConfig)
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(MUPARSER REQUIRED IMPORTED_TARGET muparser)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)

include(${CMAKE_CURRENT_LIST_DIR}/trawl-targets.cmake)
