"""The Conan 2 recipe: builds the library from the checkout that this file is in, with the cargo on the PATH."""

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.files import copy, load

# From this folder to the root of the checkout.
ROOT = os.path.join("..", "..", "..")


class NetbirdTokens(ConanFile):
    name = "netbird-tokens"
    description = "NetBird API tokens: list, create, inspect and revoke without losing one"
    license = ("Apache-2.0", "MIT")
    topics = ("netbird", "tokens", "api")
    package_type = "library"
    settings = "os", "arch", "build_type", "compiler"
    options = {"shared": [True, False]}
    default_options = {"shared": True}

    def set_version(self):
        manifest = load(self, os.path.join(self.recipe_folder, ROOT, "Cargo.toml"))
        self.version = re.search(r'^version = "(.+)"$', manifest, re.MULTILINE).group(1)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, ROOT)
        for pattern in ("Cargo.toml", "Cargo.lock", "LICENSE-*"):
            copy(self, pattern, root, self.export_sources_folder)
        # cargo reads the manifest of every member of the workspace, so all of it is exported.
        ignored = ("target/*", "**/target/*", "**/node_modules/*", "**/__pycache__/*", "**/.venv/*")
        for member in (".cargo", "bindings", "c-header", "cli", "core", "python", "tests", "xtask"):
            copy(self, f"{member}/*", root, self.export_sources_folder, excludes=ignored)

    def validate(self):
        if self.settings.os not in ("Linux", "Macos", "Windows"):
            raise ConanInvalidConfiguration(f"{self.settings.os} is not supported by this recipe: build it with cargo")

    def package_id(self):
        # cargo builds for release whatever is asked for, and the API is C.
        del self.info.settings.build_type
        del self.info.settings.compiler

    def build(self):
        # install.cmake builds and installs.
        pass

    def package(self):
        source = os.path.join(self.source_folder, "c-header", "install.cmake")
        self.run(f'cmake -DPREFIX="{self.package_folder}" -P "{source}"')
        copy(self, "LICENSE-*", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "netbird_tokens")
        self.cpp_info.set_property("cmake_target_name", "netbird_tokens::netbird_tokens")
        self.cpp_info.set_property("pkg_config_name", "netbird_tokens")
        if self.options.shared:
            self.cpp_info.libs = ["netbird_tokens_c.dll" if self.settings.os == "Windows" else "netbird_tokens"]
            return
        self.cpp_info.libs = ["netbird_tokens"] if self.settings.os == "Windows" else [":libnetbird_tokens.a"]
        if self.settings.os == "Linux":
            self.cpp_info.system_libs = ["gcc_s", "util", "rt", "pthread", "m", "dl"]
        elif self.settings.os == "Macos":
            self.cpp_info.libs = ["netbird_tokens"]
            self.cpp_info.frameworks = ["Security", "CoreFoundation", "SystemConfiguration"]
            self.cpp_info.system_libs = ["iconv", "m"]
        else:
            self.cpp_info.system_libs = ["bcrypt", "crypt32", "ncrypt", "ntdll", "secur32", "userenv", "ws2_32"]
