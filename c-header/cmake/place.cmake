# A step of the build in CMakeLists.txt: cmake -DFOLDER=… -P place.cmake
cmake_minimum_required(VERSION 3.21)
include("${CMAKE_CURRENT_LIST_DIR}/library.cmake")
nbt_place_libraries("${FOLDER}" "${FOLDER}")
