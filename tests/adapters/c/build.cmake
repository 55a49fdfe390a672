# Builds the adapters of C and C++ against the installed library, as users have it:
#
#     cmake -DADAPTER=c -P tests/adapters/c/build.cmake
#
# The program is target/c-header/adapter_c (or _cpp).
cmake_minimum_required(VERSION 3.21)

get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(OUTPUT "${ROOT}/target/c-header")
# One for each, so that both can be built at the same time.
set(PREFIX "${OUTPUT}/prefix_${ADAPTER}")
execute_process(
    COMMAND "${CMAKE_COMMAND}" "-DPREFIX=${PREFIX}" -P "${ROOT}/c-header/install.cmake"
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${ROOT}/tests/adapters/${ADAPTER}" -B "${OUTPUT}/build_${ADAPTER}"
        -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DCMAKE_RUNTIME_OUTPUT_DIRECTORY=${OUTPUT}" -Unetbird_tokens_DIR
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${OUTPUT}/build_${ADAPTER}" COMMAND_ERROR_IS_FATAL ANY)
