# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels that no Debian package has, built from Debian's kernel source: an ordinary build of a small configuration in the
suite's root, done once and kept as kernel packages are, with the headers that a module needs.

A configuration is a file in configs/. All that it does not name is off."""

import functools
import os
import re
import shlex
import shutil
import subprocess

import packages
from steps import HERE, Skip, cache_dir, digest, replace_atomically, run, step

# Suite, package with the source, and what the release has behind its number.
SERIES = {"5.10-fp": ("bullseye", "linux-source-5.10", "-fp-amd64")}
BUILD_LIMIT = 1800

# Of the source, what takes the most room and no configuration here asks for.
UNUSED = ["*.rst", "*.yaml", "*.dts", "*.dtsi", "*/drivers/gpu/drm/*.[ch]", "*/drivers/net/*.[ch]", "*/drivers/media/*.[ch]", "*/sound/*.[ch]",
          "*/tools/testing/*"]
# What of the tree a module is compiled with.
HEADERS = ["Makefile", "Module.symvers", ".config", "scripts", "include", "arch/x86/Makefile", "arch/x86/include", "arch/x86/entry/syscalls",
           "tools/objtool/objtool"]
# Edits of Kconfig defaults that nobody is asked about, as sed has them: the names of the kernel's symbols with their addresses
# in full, as they were before 4.6 (2213e9a66bb8).
EDITS = {"init/Kconfig": "/^config KALLSYMS_BASE_RELATIVE/,/^config/s/default .*/default n/"}


def config_of(series):
    return HERE / "configs" / f"{series}.config"


@functools.cache
def find_kernel(series):
    """Where the kernel is, or will be, without building it."""
    suite, package, suffix = SERIES[series]
    packages.refresh(suite)
    fields = packages.show(suite, package)
    if not fields:
        raise Skip(f"package {package} is not in {suite}")
    version = fields["Version"]
    release = version.rpartition("-")[0] + suffix
    key = digest(config_of(series), str(sorted(EDITS.items())))
    return packages.Kernel(series, suite, release, f"{version}-{key}", built=True)


def get_kernel(series):
    """Build the kernel if that has not been done yet."""
    kernel = find_kernel(series)
    if not (kernel.dir / "unpacked").exists():
        deb = packages.fetch(kernel.suite, [SERIES[series][1]])[0]
        root = packages.get_root(kernel.suite)
        with step(f"build kernel {kernel.release}"):
            scratch = kernel.dir.with_name(f"{kernel.dir.name}.{os.getpid()}.part")
            shutil.rmtree(scratch, ignore_errors=True)
            tree = scratch / "source"
            tree.mkdir(parents=True)
            try:
                unpack_source(deb, tree)
                build(kernel, root, tree)
                keep(kernel, tree, scratch)
                replace_atomically(scratch / "unpacked", f"{deb.name}\n")
                shutil.rmtree(tree)
                scratch.rename(kernel.dir)
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    return kernel


def unpack_source(deb, tree):
    """The tar archive inside the package, without what is not compiled."""
    leave = " ".join(f"--exclude={shlex.quote(p)}" for p in UNUSED)
    inner = f"./usr/src/{deb.name.split('_')[0]}.tar.xz"
    run(["bash", "-o", "pipefail", "-c", 'dpkg-deb --fsys-tarfile "$1" | tar -xO "$2" | xz -dc | tar -x -C "$3" --strip-components=1 ' + leave,
         "bash", deb, inner, tree])
    for name, edit in EDITS.items():
        run(["sed", "-i", edit, tree / name])


def build(kernel, root, tree):
    """Configure and compile. Neither time nor place of the build shows in the result."""
    shutil.copy(config_of(kernel.series), tree / "lab.config")
    place = f"-ffile-prefix-map={tree}=/usr/src/linux-{kernel.release}"
    make = ["nice", "-n", "5", "make", f"-j{os.cpu_count() or 1}", "KBUILD_BUILD_USER=lab", "KBUILD_BUILD_HOST=lab",
            "KBUILD_BUILD_TIMESTAMP=2020-12-13", f"KCFLAGS={place}", f"KAFLAGS={place}"]
    packages.in_root(root, [*make, "KCONFIG_ALLCONFIG=lab.config", "allnoconfig"], cwd=str(tree))
    lost = not_as_wanted((tree / "lab.config").read_text(), (tree / ".config").read_text())
    if lost:
        raise RuntimeError(f"Kconfig does not take {', '.join(lost)} of {config_of(kernel.series).name}")
    try:
        log = packages.in_root(root, [*make, "vmlinux", "bzImage", "modules"], timeout=BUILD_LIMIT, cwd=str(tree))
    except subprocess.TimeoutExpired:
        raise Skip(f"building {kernel.release} takes more than {BUILD_LIMIT // 60} minutes here") from None
    replace_atomically(tree.parent / "build.log", log)
    made = (tree / "include/config/kernel.release").read_text().strip()
    if made != kernel.release:
        raise RuntimeError(f"the build calls itself {made}, not {kernel.release}")


def not_as_wanted(wanted, got):
    """Options of the configuration that Kconfig has set otherwise: it drops without a word what depends on something that is off."""
    lines = set(got.splitlines())
    lost = [line for line in wanted.splitlines() if line.startswith("CONFIG_") and line not in lines]
    return lost + [line[2:] for line in wanted.splitlines() if (m := re.match(r"# (CONFIG_\w+) is not set$", line)) and f"{m[1]}=y" in lines]


def keep(kernel, tree, folder):
    """Lay out what is needed as Debian's packages do."""
    (folder / "boot").mkdir()
    (folder / "lib/modules" / kernel.release).mkdir(parents=True)
    (tree / "arch/x86/boot/bzImage").rename(folder / "boot" / f"vmlinuz-{kernel.release}")
    shutil.copy(tree / ".config", folder / "boot" / f"config-{kernel.release}")
    (tree / "vmlinux").rename(folder / kernel.vmlinux.name)
    for name in HEADERS:
        target = folder / "headers" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (tree / name).rename(target)
