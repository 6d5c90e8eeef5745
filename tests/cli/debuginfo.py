#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Debug info from files, packages and the usual places; what does not fit, with the reason."""
import contextlib
import http.server
import json
import lzma
import os
import re
import subprocess
import threading
import time
import unittest

import cli
import elfmake
import schema

DUMP = next((p for p in cli.fixtures() if "6.1-null-deref" in p), None)
MODULE = DUMP and DUMP.replace(".kdump", ".debug/victim.ko")
VMLINUX = MODULE and MODULE.replace("victim.ko", "vmlinux")
# its note says that it is something else
NO_ID = [(b"\x04\0\0\0\x14\0\0\0\x03\0\0\0GNU\0", b"\x04\0\0\0\x14\0\0\0\x03\0\0\0XXX\0")]
OTHER_ID = "00" * 20


@unittest.skipUnless(DUMP, "no dump in tests/fixtures")
class Debuginfo(cli.Case):
    def setUp(self):
        super().setUp()
        self.env = {"XDG_CACHE_HOME": os.path.join(self.dir.name, "cache"), "DEBUGINFOD_URLS": "",
                    "DEBUGINFOD_CACHE_PATH": ""}
        self.dump = os.path.join(self.dir.name, "dump", "vmcore")
        os.mkdir(os.path.dirname(self.dump))
        os.symlink(DUMP, self.dump)
        self.kernel = self.ask(status=1)["kernel"]
        self.assertRegex(self.kernel["release"], r"^6\.1\.")
        self.member = f"./usr/lib/debug/boot/vmlinux-{self.kernel['release']}"

    def ask(self, *files, status=0):
        r = cli.run("debuginfo", self.dump, *files, "--format", "json", env=self.env)
        self.check(r, status)
        return json.loads(r.out)

    def elf(self, **other):
        return elfmake.vmlinux(**{"build_id": self.kernel["build_id"],
                                  "banner": self.kernel["banner"], **other})

    def fits(self, name, content):
        """Given: it is used, by the report as well, and was unpacked if it is a package."""
        path = self.file(name, content)
        answer = self.ask("--debuginfo", path)
        self.assertEqual(answer["found"], path)
        self.assertEqual(answer["candidates"][0]["state"], "used")
        r = cli.run(self.dump, "--debuginfo", path, env=self.env)
        self.assertNotIn("is not used", r.err)
        return answer["candidates"][0]

    def why(self, name, content, *words):
        """Given: it is refused with these words; the report is made without it and says so."""
        path = self.file(name, content)
        answer = self.ask("--debuginfo", path, status=1)
        self.assertIsNone(answer["found"])
        row = answer["candidates"][0]
        self.assertEqual((row["path"], row["state"]), (path, "refused"))
        for word in words:
            self.assertIn(word, row["why"])
        r = cli.run(self.dump, "--debuginfo", path, "--format", "json", env=self.env)
        self.check(r, 1, err="is not used: " + row["why"])
        self.assertEqual(json.loads(r.out)["verdict"]["category"], "null-deref")
        self.assertIn({"what": f"debug info of {path}", "why": row["why"]},
                      [{k: u[k] for k in ("what", "why")} for u in json.loads(r.out)["unavailable"]])
        return row["why"]

    def cached(self):
        return [os.path.join(d, f) for d, _, files in os.walk(self.env["XDG_CACHE_HOME"])
                for f in files]

    def test_a_vmlinux_that_fits(self):
        self.assertIsNone(self.fits("vmlinux", self.elf())["unpacked"])

    def test_by_build_id_alone(self):
        # a .debug file of SUSE has no bytes in .rodata
        self.fits("vmlinux.debug", self.elf(banner=None))

    def test_of_another_release(self):
        self.why("vmlinux", elfmake.vmlinux(OTHER_ID, "Linux version 6.1.0-50-amd64 (a@b) #1 SMP x"),
                 "of kernel 6.1.0-50-amd64", "dump is of " + self.kernel["release"])

    def test_of_another_build(self):
        self.why("vmlinux", self.elf(build_id=OTHER_ID, banner=self.kernel["banner"] + " again"),
                 "another build of kernel " + self.kernel["release"])

    def test_with_nothing_to_tell_it_by(self):
        self.why("vmlinux", elfmake.vmlinux(), "neither build id nor banner")

    def test_stripped(self):
        self.why("vmlinux", self.elf(symtab=False, dwarf=False), "stripped", ".symtab",
                 ".debug_info", "debug package")

    def test_cut_off(self):
        whole = self.elf()
        for size in (70, len(whole) // 2, len(whole) - 1):
            self.why("vmlinux", whole[:size], "cut off", str(size), str(len(whole)))

    def test_cut_off_anywhere(self):
        whole = self.elf()
        for size in range(4, len(whole), 37):
            row = self.ask("--debuginfo", self.file("vmlinux", whole[:size]),
                           status=1)["candidates"][0]
            self.assertEqual(row["state"], "refused")
            self.assertIn("cut off", row["why"], size)

    def test_section_beyond_the_end(self):
        lying = bytearray(self.elf())
        at = int.from_bytes(lying[40:48], "little") + 2 * 64 + 32  # sh_size of .rodata or so
        lying[at:at + 8] = (1 << 40).to_bytes(8, "little")
        self.why("vmlinux", bytes(lying), "cut off")

    def test_no_debug_info_at_all(self):
        self.why("x", b"no ELF at all\n" * 200, "not an ELF file", "give a vmlinux")
        self.why("empty", b"", "not an ELF file")

    def test_the_kernel_that_is_booted(self):
        # Documentation/arch/x86/boot.rst: the magic of the setup header
        image = b"MZ" + b"\0" * 0x200 + b"HdrS" + b"\0" * 4000
        self.why("vmlinuz", image, "bzImage", "vmlinux of the debug package")

    def test_of_another_machine(self):
        self.why("vmlinux", self.elf(machine=183), "ELF machine 183", "x86-64")

    def test_a_dump(self):
        self.why("vmcore", self.elf(kind=4), "it is a dump")

    def test_what_cannot_be_read(self):
        pipe = os.path.join(self.dir.name, "pipe")
        os.mkfifo(pipe)
        row = self.ask("--debuginfo", pipe, status=1)["candidates"][0]
        self.assertEqual(row["state"], "refused")
        self.assertIn("not a regular file", row["why"])
        r = cli.run(self.dump, "--debuginfo", pipe, env=self.env)
        self.check(r, 1, out="VERDICT", err="is not used: " + row["why"])

    def test_a_folder_is_kept_for_modules(self):
        row = self.ask("--debuginfo", self.dir.name, status=1)["candidates"][0]
        self.assertEqual((row["path"], row["state"]), (self.dir.name, "module"))
        r = cli.run(self.dump, "--debuginfo", self.dir.name, env=self.env)
        self.assertNotIn(b"is not used", r.stderr)

    def lines_by(self, name, change=()):
        """The line of the fault by that victim.ko, '' for none; the report."""
        with open(MODULE, "rb") as f:
            content = f.read()
        for old, new in change:
            self.assertEqual(content.count(old), 1)
            content = content.replace(old, new)
        r = cli.run(self.dump, "--no-debuginfo", "--debuginfo", self.file(name, content), env=self.env)
        return re.search(r"#\d+ +victim_peek\+0x5 \[victim\](?:  (victim.c:\d+))?\n", r.out)[1] or "", r

    def module_row(self, name="victim.ko"):
        path = os.path.join(self.dir.name, name)
        return next(c for c in self.ask("--debuginfo", path, status=1)["candidates"] if c["path"] == path)

    def test_a_module_gives_lines_and_arguments(self):
        line, r = self.lines_by("victim.ko")
        self.check(r, 0, out="(file = 0x0)")  # that is what it died of
        # what addr2line -e victim.ko says of victim_peek+0x5
        self.assertEqual(line, "victim.c:77")
        self.assertIn("victim_open+0x15 [victim]  victim.c:82\n         (id = 7)", r.out)
        row = self.module_row()
        self.assertEqual((row["state"], row["why"]), ("module", "of a module that is loaded in the dump"))

    def test_variables_of_a_module(self):
        r = cli.run(self.dump, "--no-debuginfo", "--debuginfo", MODULE, "--format", "json", env=self.env)
        frames = {f["function"]: {v["name"]: v for v in f["variables"]} for f in json.loads(r.out)["backtrace"]}
        # tests/lab/module/victim.c: victim_run("null") calls victim_null(), that victim_open(7), that victim_peek(NULL)
        self.assertEqual(frames["victim_peek"]["file"]["value"], "0x0")
        self.assertEqual(frames["victim_open"]["id"]["value"], "7")
        self.assertRegex(frames["victim_run"]["way"]["value"], r'^0x[0-9a-f]+ "null"$')
        self.assertEqual(frames["victim_write"]["length"]["value"], "4")
        flags = frames["victim_open"]["flags"]  # its value is made of what victim_peek() would have returned
        self.assertEqual((flags["kind"], flags["value"], flags["why"]), ("local", None, "optimised out"))

    def test_types_and_lines_of_a_vmlinux(self):
        r = cli.run(self.dump, "--no-debuginfo", "--no-btf", "--debuginfo", VMLINUX,
                    "--format", "json", env=self.env)
        self.check(r, 1)  # it has the types that a module uses, not all of the kernel's
        report = json.loads(r.out)
        self.assertEqual(report["verdict"]["category"], "null-deref")
        frame = next(f for f in report["backtrace"] if f["function"] == "exc_page_fault")
        # what addr2line -e vmlinux says of the call before exc_page_fault+0x70
        self.assertEqual(frame["line"], 532)

    def test_a_module_with_nothing_to_compare(self):
        line, r = self.lines_by("victim.ko", NO_ID + [(b"vermagic=", b"vermagiX=")])
        self.assertEqual(line, "")
        self.check(r, 1, err="it has neither a build id, srcversion nor vermagic")

    def test_a_module_of_another_kernel(self):
        line, r = self.lines_by("victim.ko", NO_ID + [(b"vermagic=6.1", b"vermagic=6.2")])
        self.assertEqual(line, "")
        self.check(r, 1, out="it was built for kernel 6.2.0", err="debug info of module victim is not used: ")
        row = self.module_row()
        self.assertEqual(row["state"], "refused")
        self.assertIn("it was built for kernel 6.2.0", row["why"])

    def test_nothing_tells_which_module_a_file_is_of(self):
        # no build id, neither in the dump nor in the file, and not its name
        self.assertEqual(self.lines_by("other.ko", NO_ID)[0], "")
        row = self.module_row("other.ko")
        self.assertEqual((row["state"], row["why"]), ("module", "of no module that is loaded in the dump"))

    def test_packages_are_taken_as_they_are(self):
        elf = self.elf()
        for i, (name, content) in enumerate((
                ("x.deb", elfmake.deb([(self.member, elf)])),
                ("x.ddeb", elfmake.deb([("./usr/lib/x", b"x"), (self.member, elf)], "w:gz")),
                ("x.rpm", elfmake.rpm([("./usr/lib/debug/lib/modules/"
                                        f"{self.kernel['release']}/vmlinux", elf)])),
                ("y.rpm", elfmake.rpm([(self.member + ".debug", elf)], elfmake.GZIP)),
                ("x.tar", elfmake.tar([("vmlinux", elf)], "w:")),
                ("x.tar.gz", elfmake.tar([("a/vmlinux", elf)], "w:gz")),
                ("vmlinux.xz", lzma.compress(elf)))):
            self.env["XDG_CACHE_HOME"] = os.path.join(self.dir.name, f"cache-{i}")
            unpacked = self.fits(name, content)["unpacked"]
            with open(unpacked, "rb") as f:
                self.assertEqual(f.read(), elf, name)
            self.assertEqual(self.cached(), [unpacked])

    def test_the_cache_is_used_later_on(self):
        package = self.file("x.deb", elfmake.deb([(self.member, self.elf())]))
        unpacked = self.ask(package)["candidates"][0]["unpacked"]
        # without the package, and with one that has become unreadable
        answer = self.ask()
        self.assertEqual(answer["found"], unpacked)
        self.file("x.deb", b"!<arch>\ndebian-binary" + b"\0" * 100)
        row = self.ask(package)["candidates"][0]
        self.assertEqual((row["unpacked"], row["state"]), (unpacked, "used"))
        self.assertIn("not opened", row["why"])
        self.assertIsNone(self.ask("--no-debuginfo", status=1)["found"])

    def test_a_damaged_cache_is_made_anew(self):
        package = self.file("x.deb", elfmake.deb([(self.member, self.elf())]))
        unpacked = self.ask(package)["candidates"][0]["unpacked"]
        for damage in (b"", self.elf()[:200], b"noise" * 1000):
            with open(unpacked, "wb") as f:
                f.write(damage)
            self.assertIsNone(self.ask(package)["candidates"][0]["why"])
            with open(unpacked, "rb") as f:
                self.assertEqual(f.read(), self.elf())

    def test_writers_at_the_same_time(self):
        package = self.file("x.deb", elfmake.deb([(self.member, self.elf())]))
        runs = [subprocess.Popen([cli.PROGRAM, "debuginfo", self.dump, package],
                                 env={**os.environ, **self.env}, stdout=subprocess.DEVNULL)
                for _ in range(8)]
        self.assertEqual([r.wait(60) for r in runs], [0] * 8)
        self.assertEqual(len(self.cached()), 1)

    def test_types_are_kept_for_later_runs(self):
        first = self.from_dwarf()
        kept = self.kept()
        self.assertEqual(self.from_dwarf(), first)
        # as if it had never been there: damaged, cut off, empty, of another kernel
        whole = self.read(kept)
        broken = bytearray(whole)
        broken[len(whole) // 2] ^= 4
        for damage in (bytes(broken), whole[:-100], b"", b"noise" * 1000, self.elf()):
            with open(kept, "wb") as f:
                f.write(damage)
            self.assertEqual(self.from_dwarf(), first)
            self.assertEqual(self.read(kept), whole)

    def test_types_are_kept_by_all_at_once(self):
        args = [cli.PROGRAM, self.dump, "--no-debuginfo", "--no-btf", "--debuginfo", VMLINUX, "--format", "json"]
        runs = [subprocess.Popen(args, env={**os.environ, **self.env}, stdout=subprocess.PIPE) for _ in range(8)]
        out = [r.communicate(timeout=60)[0] for r in runs]
        self.assertEqual(len(set(out)), 1)
        self.assertEqual(out[0].decode(), self.from_dwarf())
        self.kept()

    def test_nowhere_to_keep_types(self):
        first = self.from_dwarf()
        for place in ("/proc/nowhere", "/dev/null", os.path.join(self.dir.name, "x" * 300)):
            self.env["XDG_CACHE_HOME"] = place
            self.assertEqual(self.from_dwarf(), first)

    def profile(self, *args, status=0, err="bytes, to be used in place of"):
        out = os.path.join(self.dir.name, "made.profile")
        r = cli.run("debuginfo", *args, "--profile", out, env=self.env)
        self.check(r, status, err=err)
        self.assertEqual(r.out, "")
        self.assertEqual(os.path.exists(out), status == 0)
        return out

    def test_a_profile_in_place_of_the_vmlinux(self):
        report = json.loads(self.from_dwarf())
        path = self.profile(VMLINUX)
        self.assertLess(os.path.getsize(path), os.path.getsize(VMLINUX))
        row = self.ask("--debuginfo", path)["candidates"][0]
        self.assertEqual(row["state"], "used")
        self.assertIn("no source lines", row["why"])
        other = json.loads(self.from_dwarf(path))
        self.assertEqual(other["dump"]["debuginfo"], {**report["dump"]["debuginfo"], "lines": "none"})
        self.assertEqual(other["verdict"], report["verdict"])
        self.assertEqual([(f["function"], f["address"]) for f in other["backtrace"]],
                         [(f["function"], f["address"]) for f in report["backtrace"] if not f["inlined"]])
        # the same bytes of the vmlinux that fits a dump, of a profile, and beside the dump
        whole = self.read(path)
        self.assertEqual(self.read(self.profile(self.dump, "--no-btf", "--debuginfo", VMLINUX)), whole)
        self.assertEqual(self.read(self.profile(self.file("p", whole))), whole)
        os.symlink(path, os.path.join(self.dir.name, "dump", "vmlinux"))
        self.assertEqual(self.ask()["found"], os.path.join(self.dir.name, "dump", "vmlinux"))

    def test_a_profile_that_is_not_whole(self):
        whole = self.read(self.profile(VMLINUX))
        self.why("p", whole[:-1000], "cut off")
        damaged = bytearray(whole)
        damaged[len(whole) // 2] ^= 1
        self.why("p", bytes(damaged), "profile that was damaged", "copy or make it again")
        other = bytearray(whole)
        other[whole.index(b"vmcoroner\0") + 12] = 77
        self.why("p", bytes(other), "profile of version 77", "make it again")

    def test_nothing_to_make_a_profile_of(self):
        self.profile(MODULE, status=2, err="this is a module")
        self.profile(self.file("x", self.elf(dwarf=False)), status=3, err="no .debug_info")
        self.profile(self.file("x", b"text\n"), status=3, err="not an ELF file")
        self.profile(self.file("x.deb", elfmake.deb([(self.member, self.elf())])), status=2,
                     err="a Debian package, which may hold several kernels")
        self.profile(self.dump, status=3, err="no vmlinux of its kernel was given or found")
        self.profile(os.path.join(self.dir.name, "none"), status=3, err="No such file")
        r = cli.run("debuginfo", VMLINUX, "--profile", VMLINUX, env=self.env)
        self.check(r, 2, err="this is an input, which would be lost")
        r = cli.run("debuginfo", VMLINUX, "--profile", self.dir.name + "/x", "-o", "y", env=self.env)
        self.check(r, 2, err="neither -o nor --format")

    def from_dwarf(self, path=None):
        """The report with types out of DWARF."""
        r = cli.run(self.dump, "--no-debuginfo", "--no-btf", "--debuginfo", path or VMLINUX, "--format", "json",
                    env=self.env)
        self.assertEqual(json.loads(r.out)["dump"]["debuginfo"]["types"], "dwarf", r.err)
        return r.out

    def kept(self):
        """What is in the cache: one profile and nothing half done."""
        files = self.cached()
        self.assertEqual([os.path.basename(f) for f in files], ["profile"])
        return files[0]

    @staticmethod
    def read(path):
        with open(path, "rb") as f:
            return f.read()

    def test_packages_without_it(self):
        deb, rpm = elfmake.deb, elfmake.rpm
        self.why("a.deb", deb([("./usr/share/doc/x", b"x")]), "no vmlinux", "vmcoroner debuginfo")
        self.why("b.rpm", rpm([("./boot/vmlinux-6.1.0-50-amd64", self.elf())]),
                 "vmlinux of kernel 6.1.0-50-amd64", "dump is of " + self.kernel["release"])
        self.why("c.deb", deb([(self.member, self.elf(build_id=OTHER_ID, banner="Linux version "
                                                      "6.1.0-50-amd64 (a@b) #1"))]), "of kernel")
        self.why("d.deb", deb([(self.member, self.elf()[:300])]), "cut off")
        self.why("e.deb", deb([(self.member, b"text")]), "no ELF file")
        self.assertEqual(self.cached(), [])

    def test_broken_packages(self):
        whole = elfmake.deb([(self.member, self.elf() + os.urandom(100000))])
        self.why("a.deb", whole[:len(whole) // 2], "download it again")
        self.assertEqual(self.cached(), [])

    def test_no_name_of_a_member_is_a_path(self):
        target = self.file("target", b"mine")
        for name, content in (("../../target/vmlinux", self.elf()), (self.member, target)):
            self.why("x.tar", elfmake.tar([(name, content)], "w:"), "no vmlinux")
        self.why("x.rpm", elfmake.rpm([(self.member, "/etc/passwd")]), "no vmlinux")
        with open(target, "rb") as f:
            self.assertEqual(f.read(), b"mine")
        self.assertEqual(self.cached(), [])

    def test_found_beside_the_dump(self):
        path = os.path.join(os.path.dirname(self.dump), f"vmlinux-{self.kernel['release']}")
        with open(path, "wb") as f:
            f.write(self.elf())
        self.assertEqual(self.ask()["found"], path)

    def test_one_that_is_found_and_does_not_fit_is_no_loss(self):
        folder = os.path.dirname(self.dump)
        before = cli.run(self.dump, "--format", "json", env=self.env)
        with open(os.path.join(folder, "vmlinux"), "wb") as f:
            f.write(elfmake.vmlinux(OTHER_ID, "Linux version 6.1.0-50-amd64 (a@b) #1 SMP x"))
        row = self.ask(status=1)["candidates"][0]
        self.assertEqual(row["state"], "refused")
        after = cli.run(self.dump, "--format", "json", env=self.env)
        self.assertEqual((after.returncode, after.out, after.err), (before.returncode, before.out, ""))

    def test_one_with_dwarf_is_preferred(self):
        folder = os.path.dirname(self.dump)
        for name, dwarf in (("vmlinux", False), (f"vmlinux-{self.kernel['release']}", True)):
            with open(os.path.join(folder, name), "wb") as f:
                f.write(self.elf(dwarf=dwarf))
            self.assertEqual(self.ask()["found"], os.path.join(folder, name))

    def test_the_package_is_named(self):
        answer = self.ask(status=1)
        self.assertEqual(answer["distribution"]["id"], "debian")
        self.assertRegex(answer["packages"][0], r"^linux-image-.*-dbg_6\.1\.\d+-\d+_amd64\.deb$")
        r = cli.run("debuginfo", "-", stdin=cli.LOG.replace("6.1.0-test", "3.10.0-123.9.3.el7.x86_64"))
        self.check(r, 1, out="kernel-debuginfo-3.10.0-123.9.3.el7.x86_64.rpm")

    @contextlib.contextmanager
    def server(self, files):
        """A debuginfod with these files, by path; an exception in place of one is silence."""
        asked = self.asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                content = files.get(self.path)
                if content is TimeoutError:
                    time.sleep(8)
                    return
                self.send_response(200 if content else 404)
                self.send_header("Content-Length", str(len(content or b"")))
                self.end_headers()
                self.wfile.write(content or b"")

            def log_message(self, *_):
                pass

        httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        httpd.daemon_threads, httpd.block_on_close = True, False
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        self.env.update(DEBUGINFOD_URLS=f"http://127.0.0.1:{httpd.server_port}/",
                        DEBUGINFOD_CACHE_PATH=os.path.join(self.dir.name, "fetched"),
                        DEBUGINFOD_TIMEOUT="2", DEBUGINFOD_RETRY_LIMIT="1", no_proxy="127.0.0.1")
        try:
            yield
        finally:
            httpd.shutdown()
            httpd.server_close()

    def by_server(self, content, status=0):
        path = f"/buildid/{self.kernel['build_id']}/debuginfo"
        with self.server({path: content}):
            answer = self.ask(status=status)
        row = answer["candidates"][-1]
        self.assertEqual(row["place"], "debuginfod")
        if "not installed" in (row["why"] or ""):
            self.skipTest(row["why"])
        self.assertEqual(self.asked[0], path)
        return answer, row

    def test_a_server_has_it(self):
        elf = self.elf()
        answer, row = self.by_server(elf)
        self.assertEqual((answer["found"], row["state"]), (row["path"], "used"))
        with open(row["path"], "rb") as f:
            self.assertEqual(f.read(), elf)
        # the client keeps it: no server is asked again
        self.env["DEBUGINFOD_URLS"] = ""
        self.assertEqual(self.ask()["found"], row["path"])

    def test_no_server_has_it(self):
        answer, row = self.by_server(None, 1)
        self.assertEqual((answer["found"], row["state"]), (None, "absent"))
        self.assertIn("no server of DEBUGINFOD_URLS has it", row["why"])

    def test_a_server_gives_another(self):
        _, row = self.by_server(self.elf(build_id=OTHER_ID, banner=None), 1)
        self.assertEqual(row["state"], "refused")
        self.assertIn("build id " + OTHER_ID, row["why"])

    def test_a_server_is_silent(self):
        start = time.monotonic()
        _, row = self.by_server(TimeoutError, 1)
        self.assertLess(time.monotonic() - start, 30)
        self.assertEqual(row["state"], "refused")
        self.assertIn("servers of DEBUGINFOD_URLS", row["why"])

    def test_nobody_is_asked_unasked(self):
        with self.server({}):
            for option, urls in (("--no-debuginfo", self.env["DEBUGINFOD_URLS"]), ("--lang=en", "")):
                self.env["DEBUGINFOD_URLS"] = urls
                self.ask(option, status=1)
        self.assertEqual(self.asked, [])

    def test_in_chinese(self):
        r = cli.run("debuginfo", self.dump, "--lang", "zh_CN", env=self.env)
        self.check(r, 1, out="未找到匹配的文件")

    def test_schema(self):
        with open(os.path.join(cli.ROOT, "data", "debuginfo.schema.json"), encoding="utf-8") as f:
            want = json.load(f)
        package = self.file("x.deb", elfmake.deb([(self.member, self.elf())]))
        log = cli.run("debuginfo", "-", "--format", "json", stdin=cli.LOG)
        for answer in (self.ask(status=1), self.ask(package), json.loads(log.out)):
            problems = []
            schema.check(answer, want, want, "$", problems)
            self.assertEqual(problems, [])
            self.assertFalse(schema.second_opinion(want, answer))

    def test_input_that_names_no_kernel(self):
        r = cli.run("debuginfo", "-", stdin="[    1.0] BUG: unable to handle kernel\n" * 3)
        self.assertEqual(r.returncode, 3, r.out)
        self.assertIn("release", r.err)


if __name__ == "__main__":
    cli.main()
