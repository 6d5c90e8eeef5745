# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian packages of any suite, fetched through apt with private directories: the host's apt setup is read, never changed.

A *suite root* is a folder with the unpacked closure of some packages (compiler, make, peers), used by chroot. No maintainer
script runs in it, which is why it takes seconds where debootstrap takes minutes."""

import concurrent.futures
import functools
import os
import pathlib
import re
import shutil
import subprocess
import time

from steps import Skip, cache_dir, digest, replace_atomically, run, say, step

KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
LISTS_MAX_AGE = 24 * 3600

# Where each kernel series is looked for: suite and the start of the release in the image package's name.
SERIES = {
    "5.10": ("bullseye", "5.10."),
    "6.1": ("bookworm", "6.1."),
    "6.12": ("bookworm", "6.12."),
    "7.x": ("sid", "7."),
}
SOURCES = {
    # The -dbg packages of bullseye's security updates are no longer served, and a kernel without its vmlinux is of less use here.
    "bullseye": [("main", "bullseye")],
    "bookworm": [("main", "bookworm"), ("security", "bookworm-security")],
    "sid": [("main", "sid")],
}
# What a root needs besides the compiler that the kernel headers ask for.
BASE = ["base-files", "bash", "coreutils", "dash", "sed", "grep", "mawk", "findutils", "diffutils", "gzip", "tar", "xz-utils", "perl-base",
        "make", "libc6-dev", "kmod"]
# objtool and the other programs of the headers are linked with libelf, whose package has another name since 2024.
LIBELF = {"bullseye": "libelf1", "bookworm": "libelf1", "sid": "libelf1t64"}
# The host's peers come from its own packages, the others from here; bullseye's are what a kernel is built from source with.
EXTRA = {"bullseye": ["bc", "bison", "flex", "gcc", "libelf-dev"], "bookworm": ["dwarves", "makedumpfile"], "sid": ["pahole", "crash", "python3-drgn", "makedumpfile"]}


@functools.cache
def mirrors():
    """The archive and security mirrors that the host's own apt uses."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Skip("no apt-get and dpkg-deb here: the lab is built from Debian packages")
    if not KEYRING.exists():
        raise Skip("no debian-archive-keyring here: Debian's packages cannot be verified")
    text = run(["apt-get", "indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)", "Created-By: Packages"])
    found = {}
    for line in text.splitlines():
        uri, release, component = line.split("|")
        if component != "main" or not re.fullmatch(r"(bullseye|bookworm|trixie|forky|sid|stable|testing|unstable)(-security|-updates)?", release):
            continue
        found.setdefault("security" if release.endswith("-security") else "main", uri)
    if "main" not in found:
        raise Skip("apt on this machine has no Debian archive among its sources")
    found.setdefault("security", found["main"].rstrip("/") + "-security/")
    return found


def apt_dir(suite):
    return cache_dir() / "apt" / suite


def apt(suite, *args, program="apt-get", timeout=600, cwd=None):
    base = apt_dir(suite)
    options = {
        "Dir::Etc::sourcelist": base / "sources.list", "Dir::Etc::sourceparts": "/dev/null", "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": base / "state", "Dir::State::status": base / "status", "Dir::Cache": base / "cache",
        "Dir::Cache::archives": cache_dir() / "debs", "APT::Sandbox::User": "root", "APT::Architecture": "amd64",
        "Acquire::Languages": "none", "APT::Install-Recommends": "false", "Debug::NoLocking": "true",
    }
    argv = [program] + [f"-o{key}={value}" for key, value in options.items()]
    return run(argv + list(args), timeout=timeout, cwd=cwd)


def ask(suite, *args, program="apt-cache"):
    """A question about the package lists; answers are kept until the lists change."""
    stamp = apt_dir(suite) / "updated"
    kept = apt_dir(suite) / "answers" / digest(program, "\n".join(args), str(stamp.stat().st_mtime_ns), "".join(map(str, SOURCES[suite])))
    if kept.exists():
        return kept.read_text()
    answer = apt(suite, *args, program=program)
    kept.parent.mkdir(exist_ok=True)
    replace_atomically(kept, answer)
    return answer


def refresh(suite, force=False):
    """Bring the package lists of a suite into its private directory."""
    base = apt_dir(suite)
    stamp = base / "updated"
    wanted = "".join(f"deb [signed-by={KEYRING}] {mirrors()[kind]} {release} main\n" for kind, release in SOURCES[suite])
    sources = base / "sources.list"
    known = sources.exists() and sources.read_text() == wanted
    if not force and known and stamp.exists() and time.time() - stamp.stat().st_mtime < LISTS_MAX_AGE:
        return
    for folder in ("state/lists/partial", "cache"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    (cache_dir() / "debs" / "partial").mkdir(parents=True, exist_ok=True)
    (base / "status").touch()
    sources.write_text(wanted)
    with step(f"package lists of {suite}"):
        try:
            apt(suite, "update", "-q", "-oAPT::Update::Error-Mode=any")
        except (RuntimeError, subprocess.TimeoutExpired) as error:
            if not stamp.exists():
                raise Skip(f"Debian's package lists of {suite} cannot be fetched: {error}") from error
            say(f"package lists of {suite} cannot be fetched now; going on with the old ones")
            return
    stamp.touch()


def show(suite, name):
    """The fields of the newest version of a package, or None."""
    try:
        text = ask(suite, "--no-all-versions", "show", name)
    except RuntimeError:
        return None
    fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", text, re.M))
    return fields or None


def depends(fields):
    return [re.split(r"[ :(|]", item.strip())[0] for item in fields.get("Depends", "").split(",") if item.strip()]


def newer(a, b):
    return subprocess.run(["dpkg", "--compare-versions", a, "gt", b], check=False).returncode == 0


def download(suite, *args, cwd=None):
    try:
        apt(suite, *args, cwd=cwd)
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise Skip(f"packages of {suite} cannot be downloaded (if they were replaced by newer ones: lab packages --refresh): {error}") from error


def fetch(suite, names):
    """Download packages by name (newest version), give back the files."""
    debs = cache_dir() / "debs"
    debs.mkdir(exist_ok=True)
    files, missing = [], []
    for name in names:
        fields = show(suite, name)
        if not fields:
            raise Skip(f"package {name} is not in {suite}")
        version = fields["Version"].replace(":", "%3a")
        path = debs / f"{name}_{version}_{fields['Architecture']}.deb"
        files.append(path)
        if not path.exists() or path.stat().st_size != int(fields["Size"]):
            missing.append(name)
    if missing:
        with step(f"download {' '.join(missing)}"):
            download(suite, "download", *missing, cwd=debs)
    for path in files:
        if not path.exists():
            raise RuntimeError(f"apt did not leave {path.name}")
    return files


def closure(suite, names):
    """Download packages with all they depend on; give back the files."""
    plan = re.findall(r"^Inst (\S+) \((\S+) .*?\[(\w+)\]\)", ask(suite, "install", "-s", "-y", *names, program="apt-get"), re.M)
    debs = cache_dir() / "debs"
    files = [debs / f"{name}_{version.replace(':', '%3a')}_{arch}.deb" for name, version, arch in plan]
    missing = [f for f in files if not f.exists()]
    if missing:
        with step(f"download {len(missing)} packages of {suite}"):
            download(suite, "install", "-qq", "-y", "--download-only", *names)
    return files


def unpack(deb, folder):
    run(["dpkg-deb", "-x", deb, folder])


def unpack_all(debs, folder):
    """Unpack many packages, two at a time; base-files first, since it brings the /bin -> /usr/bin links."""
    folder.mkdir(parents=True, exist_ok=True)
    first = [d for d in debs if d.name.startswith("base-files_")]
    for deb in first:
        unpack(deb, folder)
    for name in ("bin", "sbin", "lib", "lib64"):
        link = folder / name
        if not link.exists():
            (folder / "usr" / name).mkdir(parents=True, exist_ok=True)
            link.symlink_to(f"usr/{name}")
    # tar through dpkg-deb -x would replace the links by folders for packages that still ship /bin and /lib.
    def one(deb):
        archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE)
        subprocess.run(["tar", "-C", str(folder), "-x", "--keep-directory-symlink"], stdin=archive.stdout, check=True)
        if archive.wait() != 0:
            raise RuntimeError(f"{deb.name} is damaged")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(one, [d for d in debs if d not in first]))


class Kernel:
    """One kernel: where its pieces are. A Debian package's, or one that source.py has built."""

    def __init__(self, series, suite, release, version, built=False):
        self.series, self.suite, self.release, self.version, self.built = series, suite, release, version, built
        self.dir = cache_dir() / "kernels" / f"{release}_{version}"

    @property
    def vmlinuz(self):
        return self._file("vmlinuz")

    @property
    def config(self):
        return self._file("config")

    def _file(self, kind):
        """Debian keeps these in /boot, and since 7.0 beside the modules."""
        old = self.dir / "boot" / f"{kind}-{self.release}"
        return old if old.exists() else self.modules / kind

    @property
    def modules(self):
        for top in ("usr/lib/modules", "lib/modules"):
            if (self.dir / top / self.release).is_dir():
                return self.dir / top / self.release
        raise RuntimeError(f"no modules unpacked for {self.release}")

    @property
    def vmlinux(self):
        return self.dir / f"vmlinux-{self.release}"

    @property
    def headers(self):
        """What a module is built against, by its path in the suite's root."""
        return str(self.dir / "headers") if self.built else f"/usr/src/linux-headers-{self.release}"

    def configured(self, wanted):
        """Whether 'CONFIG_X=y' is set in this kernel's configuration."""
        return wanted in self.config.read_text().splitlines()


@functools.cache
def find_kernel(series):
    suite, start = SERIES[series]
    refresh(suite)
    best = None
    names = ask(suite, "pkgnames", "linux-image-" + start).split()
    names = [n for n in names if re.fullmatch(r"linux-image-\d[\w.+~-]*-cloud-amd64", n) and "rc" not in n]
    text = ask(suite, "--no-all-versions", "show", *names) if names else ""
    for name, version in re.findall(r"^Package: linux-image-(\S+)$.*?^Version: (\S+)$", text, re.M | re.S):
        if best is None or newer(version, best.version):
            best = Kernel(series, suite, name, version)
    if best is None:
        raise Skip(f"no cloud kernel {start}* in {suite}")
    return best


def image_packages(kernel):
    """Names of the packages with the kernel, its modules and its configuration."""
    names = [f"linux-image-{kernel.release}"]
    fields = show(kernel.suite, names[0])
    names += [d for d in depends(fields) if re.match(r"linux-(binary|modules|base)-\d", d)]
    return names


def header_packages(kernel):
    """Names of the header packages, and what else they need to compile (compiler)."""
    name = f"linux-headers-{kernel.release}"
    wanted = depends(show(kernel.suite, name))
    headers = [name] + [d for d in wanted if re.match(r"linux-(headers|kbuild|base-\d)", d)]
    tools = [d for d in wanted if re.match(r"(linux-compiler|gcc)-", d)]
    return headers, tools


def get_kernel(series):
    """Fetch and unpack kernel image and modules."""
    kernel = find_kernel(series)
    if not (kernel.dir / "unpacked").exists():
        debs = fetch(kernel.suite, image_packages(kernel))
        with step(f"unpack kernel {kernel.release}"):
            kernel.dir.mkdir(parents=True, exist_ok=True)
            for deb in debs:
                unpack(deb, kernel.dir)
        replace_atomically(kernel.dir / "unpacked", "".join(f"{d.name}\n" for d in debs))
    return kernel


def get_vmlinux(kernel):
    """Fetch the -dbg package and take the vmlinux with DWARF out of it."""
    if kernel.vmlinux.exists() or kernel.built:
        return kernel.vmlinux
    kernel.vmlinux.unlink(missing_ok=True)
    deb = fetch(kernel.suite, [f"linux-image-{kernel.release}-dbg"])[0]
    with step(f"unpack vmlinux of {kernel.release}"):
        scratch = kernel.dir / "dbg.part"
        scratch.mkdir(parents=True, exist_ok=True)
        path = take_member(deb, f"usr/lib/debug/boot/vmlinux-{kernel.release}", scratch)
        if path.is_symlink():  # since 7.0 it lies beside the modules
            path = take_member(deb, os.path.normpath(path.relative_to(scratch).parent / os.readlink(path)), scratch)
        path.rename(kernel.vmlinux)
        shutil.rmtree(scratch)
    return kernel.vmlinux


def take_member(deb, name, folder):
    """Unpack one file of a package; --occurrence lets tar stop there, before the rest is decompressed."""
    archive = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    subprocess.run(["tar", "-C", str(folder), "-x", "--occurrence=1", f"./{name}"], stdin=archive.stdout, check=True)
    archive.stdout.close()
    archive.wait()
    return folder / name


@functools.cache
def get_root(suite):
    """A suite root that can build modules for the lab's kernels of the suite; the sid root has the newest peers as well."""
    headers, tools = [], []
    for series in (s for s in SERIES if SERIES[s][0] == suite):
        more_headers, more_tools = header_packages(find_kernel(series))
        headers += more_headers
        tools += more_tools
    refresh(suite)
    wanted = sorted(set(BASE + [LIBELF[suite]] + EXTRA[suite] + tools))
    debs = closure(suite, wanted) + fetch(suite, sorted(set(headers)))
    root = cache_dir() / "roots" / f"{suite}-{digest(*sorted(d.name for d in debs))}"
    if (root / "unpacked").exists():
        return root
    if os.geteuid() != 0:
        raise Skip("not root: building kernel modules in a suite root needs chroot")
    with step(f"unpack root of {suite} ({len(debs)} packages)"):
        if root.exists():
            shutil.rmtree(root)
        unpack_all(debs, root)
        finish_root(root)
        replace_atomically(root / "unpacked", "".join(f"{d.name}\n" for d in sorted(set(debs))))
    return root


def finish_root(root):
    """The few things that maintainer scripts would have done."""
    for link, target in (("usr/bin/sh", "dash"), ("usr/bin/awk", "mawk")):
        if not (root / link).exists():
            (root / link).symlink_to(target)
    for name, minor in (("null", 3), ("zero", 5), ("urandom", 9)):
        device = root / "dev" / name
        device.parent.mkdir(exist_ok=True)
        if not device.exists():
            os.mknod(device, 0o666 | 0o020000, os.makedev(1, minor))
    (root / "tmp").mkdir(exist_ok=True)
    ldconfig = "/sbin/ldconfig" if (root / "usr/sbin/ldconfig").exists() or (root / "sbin/ldconfig").exists() else "/usr/bin/ldconfig"
    if (root / ldconfig.lstrip("/")).exists():
        run(["chroot", root, ldconfig])


def in_root(root, argv, timeout=600, check=True, cwd="/"):
    """Run a program in a suite root that sees /proc and the lab's cache under its usual path."""
    if os.geteuid() != 0:
        raise Skip("not root: suite roots need chroot and mount")
    cache = cache_dir()
    inside = root / str(cache).lstrip("/")
    inside.mkdir(parents=True, exist_ok=True)
    (root / "proc").mkdir(exist_ok=True)
    script = ('mount --make-rprivate / && mount --bind "$1" "$2" && mount -t proc proc "$3/proc" && cd "$3$4" && shift 4 && '
              'exec chroot "$ROOT" sh -c \'cd "$WHERE" && exec "$@"\' sh "$@"')
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/tmp", "TERM": "dumb", "ROOT": str(root), "WHERE": cwd}
    return run(["unshare", "-m", "sh", "-c", script, "sh", cache, inside, root, cwd, *argv], timeout=timeout, check=check, env=env)


def describe():
    """Lines that say which packages the lab has used."""
    lines = []
    for listing in sorted(cache_dir().glob("kernels/*/unpacked")) + sorted(cache_dir().glob("roots/*/unpacked")):
        names = listing.read_text().split()
        if len(names) > 12:
            lines.append(f"{listing.parent.name}: {len(names)} packages (listed in {listing})")
        else:
            lines += [f"{listing.parent.name}: {name}" for name in names]
    return lines


if __name__ == "__main__":
    say(str(mirrors()))
