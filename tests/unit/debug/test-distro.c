/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kernels of distributions as their machines print them in /proc/version, and the packages
 * that these distributions serve for them.
 */
#include <string.h>

#include "../test.h"
#include "debug/source/distro.h"

struct recorded {
	const char *release, *banner, *id;
	const char *file, *second; /* of the packages */
	const char *command, *address;
};

static const struct recorded recorded[] = {
	{ "3.10.0-123.9.3.el7.x86_64",
	  "Linux version 3.10.0-123.9.3.el7.x86_64 (builder@kbuilder.dev.centos.org) (gcc version "
	  "4.8.2 "
	  "20140120 (Red Hat 4.8.2-16) (GCC) ) #1 SMP Thu Nov 6 15:06:03 UTC 2014",
	  "centos", "kernel-debuginfo-3.10.0-123.9.3.el7.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-3.10.0-123.9.3.el7.x86_64.rpm",
	  "debuginfo-install kernel-3.10.0-123.9.3.el7", "http://debuginfo.centos.org/7/x86_64/" },
	{ "3.10.0-1160.119.1.el7.x86_64",
	  "Linux version 3.10.0-1160.119.1.el7.x86_64 (mockbuild@kbuilder.bsys.centos.org) (gcc "
	  "version "
	  "4.8.5 20150623 (Red Hat 4.8.5-44) (GCC) ) #1 SMP Tue Jun 4 14:43:51 UTC 2024",
	  "centos", "kernel-debuginfo-3.10.0-1160.119.1.el7.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-3.10.0-1160.119.1.el7.x86_64.rpm", NULL,
	  "http://debuginfo.centos.org/7/x86_64/" },
	{ "3.10.0-693.11.6.el7.x86_64",
	  "Linux version 3.10.0-693.11.6.el7.x86_64 (mockbuild@x86-041.build.eng.bos.redhat.com) "
	  "(gcc "
	  "version 4.8.5 20150623 (Red Hat 4.8.5-16) (GCC) ) #1 SMP Thu Dec 28 14:23:39 EST 2017",
	  "rhel", "kernel-debuginfo-3.10.0-693.11.6.el7.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-3.10.0-693.11.6.el7.x86_64.rpm",
	  "subscription-manager repos --enable=rhel-7-server-debug-rpms", NULL },
	{ "4.18.0-513.9.1.el8_9.x86_64",
	  "Linux version 4.18.0-513.9.1.el8_9.x86_64 "
	  "(mockbuild@x86-vm-09.build.eng.bos.redhat.com) (gcc "
	  "version 8.5.0 20210514 (Red Hat 8.5.0-20) (GCC)) #1 SMP Thu Nov 16 10:29:04 EST 2023",
	  "rhel", "kernel-debuginfo-4.18.0-513.9.1.el8_9.x86_64.rpm", NULL,
	  "subscription-manager repos --enable=rhel-8-for-x86_64-baseos-debug-rpms", NULL },
	{ "4.18.0-372.19.1.el8_6.x86_64",
	  "Linux version 4.18.0-372.19.1.el8_6.x86_64 (mockbuild@dal1-prod-builder001.bld.equ."
	  "rockylinux.org) (gcc version 8.5.0 20210514 (Red Hat 8.5.0-10) (GCC)) #1 SMP Tue Aug 2 "
	  "16:19:42 UTC 2022",
	  "rocky", "kernel-debuginfo-4.18.0-372.19.1.el8_6.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-4.18.0-372.19.1.el8_6.x86_64.rpm", NULL,
	  "https://dl.rockylinux.org/vault/rocky/8.6/BaseOS/x86_64/debug/tree/Packages/k/" },
	{ "5.14.0-362.18.1.el9_3.0.1.x86_64",
	  "Linux version 5.14.0-362.18.1.el9_3.0.1.x86_64 (mockbuild@iad1-prod-build001.bld.equ."
	  "rockylinux.org) (gcc (GCC) 11.4.1 20230605 (Red Hat 11.4.1-2), GNU ld version "
	  "2.35.2-42.el9) "
	  "#1 SMP PREEMPT_DYNAMIC Sun Feb 11 13:49:23 UTC 2024",
	  "rocky", "kernel-debuginfo-5.14.0-362.18.1.el9_3.0.1.x86_64.rpm", NULL, NULL, NULL },
	{ "6.12.0-124.49.1.el10_1.x86_64",
	  "Linux version 6.12.0-124.49.1.el10_1.x86_64 (mockbuild@x64-builder03.almalinux.org) "
	  "(gcc (GCC) "
	  "14.3.1 20250617 (Red Hat 14.3.1-2), GNU ld version 2.41-58.el10_1.2.alma.1) #1 SMP "
	  "PREEMPT_DYNAMIC Thu Apr  9 00:52:33 EDT 2026",
	  "almalinux", "kernel-debuginfo-6.12.0-124.49.1.el10_1.x86_64.rpm", NULL,
	  "dnf --enablerepo='*debug*' install kernel-debuginfo-6.12.0-124.49.1.el10_1",
	  "https://vault.almalinux.org/10/BaseOS/debug/x86_64/Packages/" },
	{ "5.15.0-206.153.7.1.el8uek.x86_64",
	  "Linux version 5.15.0-206.153.7.1.el8uek.x86_64 (mockbuild@host-100-100-224-14) (gcc "
	  "(GCC) "
	  "11.4.1 20230605 (Red Hat 11.4.1-2.1.0.1), GNU ld version 2.36.1-4.0.2.el8_6) #2 SMP Wed",
	  "oracle", "kernel-uek-debuginfo-5.15.0-206.153.7.1.el8uek.x86_64.rpm",
	  "kernel-uek-debuginfo-common-5.15.0-206.153.7.1.el8uek.x86_64.rpm", NULL,
	  "https://oss.oracle.com/ol8/debuginfo/" },
	{ "5.4.0-0.rc6.git0.1.fc32.x86_64",
	  "Linux version 5.4.0-0.rc6.git0.1.fc32.x86_64 "
	  "(mockbuild@bkernel04.phx2.fedoraproject.org)",
	  "fedora", "kernel-debuginfo-5.4.0-0.rc6.git0.1.fc32.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-5.4.0-0.rc6.git0.1.fc32.x86_64.rpm", NULL,
	  "https://kojipkgs.fedoraproject.org/packages/kernel/5.4.0/0.rc6.git0.1.fc32/x86_64/" },
	{ "4.14.214-160.339.amzn2.x86_64",
	  "Linux version 4.14.214-160.339.amzn2.x86_64 (mockbuild@ip-10-0-1-230) (gcc version "
	  "7.3.1 "
	  "20180712 (Red Hat 7.3.1-12) (GCC)) #1 SMP Sun Jan 10 05:53:05 UTC 2021",
	  "amazon", "kernel-debuginfo-4.14.214-160.339.amzn2.x86_64.rpm", NULL,
	  "debuginfo-install kernel-4.14.214-160.339.amzn2", NULL },
	{ "6.1.134-152.225.amzn2023.x86_64",
	  "Linux version 6.1.134-152.225.amzn2023.x86_64 (mockbuild@ip-10-0-33-51) (gcc (GCC) "
	  "11.5.0 "
	  "20240719 (Red Hat 11.5.0-5), GNU ld version 2.41-50.amzn2023.0.3) #1 SMP "
	  "PREEMPT_DYNAMIC",
	  "amazon", "kernel-debuginfo-6.1.134-152.225.amzn2023.x86_64.rpm", NULL, NULL, NULL },
	{ "5.15.0-43-generic",
	  "Linux version 5.15.0-43-generic (buildd@lcy02-amd64-076) (gcc (Ubuntu 11.2.0-19ubuntu1) "
	  "11.2.0, "
	  "GNU ld (GNU Binutils for Ubuntu) 2.38) #46-Ubuntu SMP Tue Jul 12 10:30:17 UTC 2022 "
	  "(Ubuntu "
	  "5.15.0-43.46-generic 5.15.39)",
	  "ubuntu", "linux-image-unsigned-5.15.0-43-generic-dbgsym_5.15.0-43.46_amd64.ddeb", NULL,
	  "apt install linux-image-unsigned-5.15.0-43-generic-dbgsym=5.15.0-43.46",
	  "https://launchpad.net/ubuntu/+source/linux/5.15.0-43.46" },
	{ "4.4.0-72-generic",
	  "Linux version 4.4.0-72-generic (buildd@lcy01-17) (gcc version 5.4.0 20160609 (Ubuntu "
	  "5.4.0-6ubuntu1~16.04.4) ) #93-Ubuntu SMP Fri Mar 31 14:07:41 UTC 2017 (Ubuntu "
	  "4.4.0-72.93-generic 4.4.49)",
	  "ubuntu", "linux-image-4.4.0-72-generic-dbgsym_4.4.0-72.93_amd64.ddeb", NULL, NULL,
	  NULL },
	{ "6.17.0-20-generic",
	  "Linux version 6.17.0-20-generic (buildd@lcy02) (gcc (Ubuntu 13.3.0-6ubuntu2~24.04.1) "
	  "13.3.0) "
	  "#20~24.04.1-Ubuntu SMP PREEMPT_DYNAMIC (Ubuntu 6.17.0-20.20~24.04.1-generic 6.17.13)",
	  "ubuntu", "linux-image-unsigned-6.17.0-20-generic-dbgsym_6.17.0-20.20~24.04.1_amd64.ddeb",
	  NULL, NULL, NULL },
	{ "6.1.0-56-cloud-amd64",
	  "Linux version 6.1.0-56-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian "
	  "12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP "
	  "PREEMPT_DYNAMIC "
	  "Debian 6.1.192-2 (2026-11-16)",
	  "debian", "linux-image-6.1.0-56-cloud-amd64-dbg_6.1.192-2_amd64.deb", NULL,
	  "apt install linux-image-6.1.0-56-cloud-amd64-dbg=6.1.192-2", NULL },
	{ "5.10.0-32-cloud-amd64",
	  "Linux version 5.10.0-32-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-10 (Debian "
	  "10.2.1-6) 10.2.1 20210110, GNU ld (GNU Binutils for Debian) 2.35.2) #1 SMP Debian "
	  "5.10.223-1 (2024-08-10)",
	  "debian", "linux-image-5.10.0-32-cloud-amd64-dbg_5.10.223-1_amd64.deb", NULL,
	  "debsnap -a amd64 linux-image-5.10.0-32-cloud-amd64-dbg 5.10.223-1", NULL },
	{ "5.14.21-150400.24.103-default",
	  "Linux version 5.14.21-150400.24.103-default (geeko@buildhost) (gcc (SUSE Linux) 7.5.0, "
	  "GNU ld "
	  "(GNU Binutils; SUSE Linux Enterprise 15) 2.41.0.20230908-150100.7.46) #1 SMP "
	  "PREEMPT_DYNAMIC "
	  "Wed Jan 10 13:40:49 UTC 2024",
	  "suse", "kernel-default-debuginfo-5.14.21-150400.24.103.*.x86_64.rpm", NULL,
	  "zypper --plus-content debug install kernel-default-debuginfo", NULL },
	{ "6.13.8-arch1-1",
	  "Linux version 6.13.8-arch1-1 (linux@archlinux) (gcc (GCC) 14.2.1 20250207, GNU ld (GNU "
	  "Binutils) "
	  "2.44) #1 SMP PREEMPT_DYNAMIC Sun, 23 Mar 2025 17:17:30 +0000",
	  "arch", "linux-headers-6.13.8.arch1-1-x86_64.pkg.tar.zst", NULL, NULL,
	  "https://archive.archlinux.org/packages/l/linux-headers/" },
	/* without a banner, as most logs are */
	{ "6.1.0-18-amd64", NULL, "debian", "linux-image-6.1.0-18-amd64-dbg_*_amd64.deb", NULL,
	  "debsnap -a amd64 --list linux-image-6.1.0-18-amd64-dbg", NULL },
	{ "5.14.0-362.el9.x86_64+rt", NULL, "rhel-like",
	  "kernel-rt-debuginfo-5.14.0-362.el9.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-5.14.0-362.el9.x86_64.rpm", NULL, NULL },
	{ "3.10.0-957.el7.x86_64.debug", NULL, "rhel-like",
	  "kernel-debug-debuginfo-3.10.0-957.el7.x86_64.rpm",
	  "kernel-debuginfo-common-x86_64-3.10.0-957.el7.x86_64.rpm", NULL, NULL },
};

static bool has(const char *const *list, size_t n, const char *want)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], want) == 0)
			return true;
	return !want;
}

#define check_list(r, list, want)                                                                  \
	if ((want) && !has((list).data, (list).len, (want)))                                       \
	fail_msg("%s: no \"%s\" in " #list ", the first of which is \"%s\"", (r)->release, (want), \
		 (list).len ? (list).data[0] : "")

static void recorded_kernels_have_their_packages(void **state)
{
	(void)state;
	unsetenv("DEBUGINFOD_URLS");
	for (size_t i = 0; i < VMC_ARRAY_SIZE(recorded); i++) {
		const struct recorded *r = &recorded[i];
		struct vmc_kernel_id id = { .banner = r->banner };
		struct vmc_distro_advice a = { 0 };
		struct vmc_arena arena = { 0 };

		snprintf(id.release, sizeof(id.release), "%s", r->release);
		assert_ok(vmc_distro_advise(&id, &arena, &a));
		if (!a.id || strcmp(a.id, r->id) != 0)
			fail_msg("%s: of %s", r->release, a.id ? a.id : "nobody");
		check_list(r, a.files, r->file);
		check_list(r, a.files, r->second);
		check_list(r, a.commands, r->command);
		check_list(r, a.addresses, r->address);
		vmc_distro_advice_deinit(&a);
		vmc_arena_deinit(&arena);
	}
}

static void kernels_of_nobody_have_none(void **state)
{
	static const char *const releases[] = {
		"6.1.0-mini", "6.8.12-4-pve", "5.4.249-1.el7.elrepo.x86_64", "", "-", "6.1", "x-y-z"
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(releases); i++) {
		/* a compiler of Debian's does not make it a kernel of Debian's */
		struct vmc_kernel_id id = {
			.banner = "Linux version 6.8.12-4-pve (build@proxmox) (gcc "
				  "(Debian 12.2.0-14) 12.2.0) #1 SMP PMX 6.8.12-4"
		};
		struct vmc_distro_advice a = { 0 };
		struct vmc_arena arena = { 0 };

		snprintf(id.release, sizeof(id.release), "%s", releases[i]);
		assert_ok(vmc_distro_advise(&id, &arena, &a));
		if (a.id)
			fail_msg("%s: of %s", releases[i], a.id);
		assert_int_equal(a.files.len, 0);
		vmc_distro_advice_deinit(&a);
		vmc_arena_deinit(&arena);
	}
}

static void debuginfod_is_asked_by_build_id(void **state)
{
	struct vmc_kernel_id id = { .release = "6.5.6-300.fc39.x86_64", .build_id = "0123abcd" };
	struct vmc_distro_advice a = { 0 };
	struct vmc_arena arena = { 0 };

	(void)state;
	unsetenv("DEBUGINFOD_URLS");
	assert_ok(vmc_distro_advise(&id, &arena, &a));
	assert_string_equal(a.commands.data[0],
			    "DEBUGINFOD_URLS=https://debuginfod.fedoraproject.org/ "
			    "debuginfod-find debuginfo 0123abcd");
	vmc_distro_advice_deinit(&a);
	setenv("DEBUGINFOD_URLS", "https://debuginfod.example.org", 1);
	assert_ok(vmc_distro_advise(&id, &arena, &a));
	assert_string_equal(a.commands.data[0], "debuginfod-find debuginfo 0123abcd");
	vmc_distro_advice_deinit(&a);
	vmc_arena_deinit(&arena);
}

static void garbage_ids_are_known(void **state)
{
	static const struct {
		const char *release;
		bool garbage;
	} rows_[] = {
		{ "6.11.2", false },
		{ "6.11.3", true },
		{ "6.11.9-arch1-1", true },
		{ "6.11.10", false },
		{ "6.6.54", false },
		{ "6.6.62-0-lts", true },
		{ "6.6.63", false },
		{ "6.1.112", false },
		{ "6.1.118", true },
		{ "6.1.119", false },
		{ "6.1.0-26-amd64", true },
		{ "5.15.168", true },
		{ "5.15.167", false },
		{ "6.12.1", false },
		{ "3.10.0-123.el7.x86_64", false },
		{ "nonsense", false },
	};

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(rows_); i++)
		if (vmc_build_id_is_garbage(rows_[i].release) != rows_[i].garbage)
			fail_msg("%s", rows_[i].release);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_kernels_have_their_packages),
		cmocka_unit_test(kernels_of_nobody_have_none),
		cmocka_unit_test(debuginfod_is_asked_by_build_id),
		cmocka_unit_test(garbage_ids_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
