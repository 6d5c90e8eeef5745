/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of modules: Linux's own, and those of well-known vendors, which never were. */
#include "../test.h"

#include "knowledge/modules.h"

static void own_names_are_known(void **state)
{
	static const char *const names[] = { "ext4",	     "xfs",	  "virtio_net",
					     "virtio-net",   "kvm_intel", "e1000e",
					     "nf_conntrack", "l2tp_core", "rdma_cm",
					     "dm_thin_pool", "i2c_piix4", "snd_hda_intel" };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		if (!vmc_module_is_mainline(names[i]))
			fail_msg("%s", names[i]);
	}
}

static void vendors_names_are_not(void **state)
{
	static const char *const names[] = { "",	   "nvidia",	 "nvidia_modeset",
					     "zfs",	   "spl",	 "vboxdrv",
					     "vmmon",	   "falcon_lsm", "openafs",
					     "virtio_cod", "wl",	 "EXT4" };

	(void)state;
	for (size_t i = 0; i < VMC_ARRAY_SIZE(names); i++) {
		if (vmc_module_is_mainline(names[i]))
			fail_msg("%s", names[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_names_are_known),
		cmocka_unit_test(vendors_names_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
