# An overlay port: it builds the checkout that it is in. Not yet run.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)
find_program(CARGO cargo REQUIRED)

# cargo builds for release only, and vcpkg keeps only one kind of library for each triplet.
set(VCPKG_BUILD_TYPE release)
set(ENV{CARGO} "${CARGO}")
set(ENV{CARGO_TARGET_DIR} "${CURRENT_BUILDTREES_DIR}/target")
vcpkg_execute_required_process(
    COMMAND "${CMAKE_COMMAND}" "-DPREFIX=${CURRENT_PACKAGES_DIR}" -P "${SOURCE_PATH}/c-header/install.cmake"
    WORKING_DIRECTORY "${SOURCE_PATH}"
    LOGNAME "install-${TARGET_TRIPLET}")
if(VCPKG_LIBRARY_LINKAGE STREQUAL "static")
    file(GLOB UNWANTED "${CURRENT_PACKAGES_DIR}/bin" "${CURRENT_PACKAGES_DIR}/lib/*.so*" "${CURRENT_PACKAGES_DIR}/lib/*.dylib" "${CURRENT_PACKAGES_DIR}/lib/*.dll.lib")
else()
    file(GLOB UNWANTED "${CURRENT_PACKAGES_DIR}/lib/libnetbird_tokens.a" "${CURRENT_PACKAGES_DIR}/lib/netbird_tokens.lib")
endif()
file(REMOVE_RECURSE ${UNWANTED} "${CURRENT_PACKAGES_DIR}/share/licenses")

vcpkg_cmake_config_fixup(PACKAGE_NAME netbird_tokens CONFIG_PATH lib/cmake/netbird_tokens)
vcpkg_fixup_pkgconfig()
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE-APACHE" "${SOURCE_PATH}/LICENSE-MIT")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
