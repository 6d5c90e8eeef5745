/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquest/environment.h"

#include "base/cleanup.h"

const struct vmc_sign vmc_signs[] = {
	{ "Linux version ", true, VMC_SIGN_BANNER, NULL, NULL },
	{ "Command line: ", true, VMC_SIGN_CMDLINE, NULL, NULL },
	{ "Kernel command line: ", true, VMC_SIGN_CMDLINE, NULL, NULL },
	{ "Memory: ", true, VMC_SIGN_MEMORY, NULL, NULL },
	{ "Brought up ", false, VMC_SIGN_CPUS, NULL, NULL },
	{ "Total of ", false, VMC_SIGN_CPUS, NULL, NULL },
	{ "Hypervisor detected: ", true, VMC_SIGN_HYPERVISOR, NULL, NULL },
	{ "Booting paravirtualized kernel on ", true, VMC_SIGN_HYPERVISOR, NULL, NULL },
	{ "DMI: ", true, VMC_SIGN_HARDWARE, NULL, NULL },
	{ "Hardware name: ", true, VMC_SIGN_HARDWARE, NULL, NULL },
	{ "livepatch: ", true, VMC_SIGN_LIVEPATCH, NULL, NULL },
	/* the bridge that dockerd makes; the names that it gives thin devices and control groups */
	{ "docker0", false, VMC_SIGN_FACT, "containers", "Docker" },
	{ " docker-", false, VMC_SIGN_FACT, "containers", "Docker" },
	{ "/docker/", false, VMC_SIGN_FACT, "containers", "Docker" },
	{ "/docker-", false, VMC_SIGN_FACT, "containers", "Docker" },
	{ "open device docker-", false, VMC_SIGN_FACT, "container storage", "devicemapper" },
	{ "overlayfs: ", true, VMC_SIGN_FACT, "container storage", "overlay" },
	{ "/kubepods", false, VMC_SIGN_FACT, "containers", "Kubernetes" },
	{ "kubelet", false, VMC_SIGN_FACT, "containers", "Kubernetes" },
	{ "kube-ipvs0", false, VMC_SIGN_FACT, "containers", "Kubernetes" },
	{ "flannel.1", false, VMC_SIGN_FACT, "container network", "flannel" },
	{ "cilium_", false, VMC_SIGN_FACT, "container network", "Cilium" },
	{ "calico", false, VMC_SIGN_FACT, "container network", "Calico" },
	{ "containerd-shim", false, VMC_SIGN_FACT, "containers", "containerd" },
	{ "libpod-", false, VMC_SIGN_FACT, "containers", "Podman" },
	{ "lxcbr0", false, VMC_SIGN_FACT, "containers", "LXC" },
	{ "/lxc/", false, VMC_SIGN_FACT, "containers", "LXC" },
	{ "/lxc.payload", false, VMC_SIGN_FACT, "containers", "LXC" },
};
const size_t vmc_n_signs = VMC_ARRAY_SIZE(vmc_signs);

/* Longer marks before those that they contain. */
const struct vmc_distribution vmc_distributions[] = {
	{ "uek", "Oracle Linux (Unbreakable Enterprise Kernel)", false, NULL },
	{ ".el5", "RHEL/CentOS 5", false, NULL },
	{ ".el6", "RHEL/CentOS 6", false, NULL },
	{ ".el7", "RHEL/CentOS 7", false, NULL },
	{ ".el8", "RHEL/CentOS 8", false, NULL },
	{ ".el9", "RHEL/CentOS 9", false, NULL },
	{ ".el10", "RHEL/CentOS 10", false, NULL },
	{ ".fc", "Fedora", true, NULL },
	{ ".amzn2023", "Amazon Linux 2023", false, NULL },
	{ ".amzn2", "Amazon Linux 2", false, NULL },
	{ ".amzn1", "Amazon Linux", false, NULL },
	{ ".al7", "Alibaba Cloud Linux 2", false, NULL },
	{ ".al8", "Alibaba Cloud Linux 3", false, NULL },
	{ ".an7", "Anolis OS 7", false, NULL },
	{ ".an8", "Anolis OS 8", false, NULL },
	{ ".oe", "openEuler", false, NULL },
	{ ".ky10", "Kylin V10", false, NULL },
	{ ".tl2", "TencentOS Server 2", false, NULL },
	{ ".tl3", "TencentOS Server 3", false, NULL },
	{ "tlinux", "TencentOS Server", false, NULL },
	{ "+deb", "Debian", true, NULL },
	{ "-kali", "Kali Linux", false, NULL },
	{ "-pve", "Proxmox VE", false, NULL },
	{ "-amd64", "Debian", false, "debian" },
	{ "-arm64", "Debian", false, "debian" },
	{ "-amd64", "Debian or a relative of it", false, NULL },
	{ "-arm64", "Debian or a relative of it", false, NULL },
	{ "-686-pae", "Debian or a relative of it", false, NULL },
	{ "-generic", "Ubuntu or a relative of it", false, NULL },
	{ "-lowlatency", "Ubuntu or a relative of it", false, NULL },
	{ "-azure", "Ubuntu", false, "Ubuntu" },
	{ "-aws", "Ubuntu", false, "Ubuntu" },
	{ "-gcp", "Ubuntu", false, "Ubuntu" },
	{ "-default", "SUSE or openSUSE", false, NULL },
	{ "-0-lts", "Alpine Linux", false, NULL },
	{ "-0-virt", "Alpine Linux", false, NULL },
	{ "-arch", "Arch Linux", false, NULL },
	{ "-1-lts", "Arch Linux", false, NULL },
	{ "-MANJARO", "Manjaro", false, NULL },
	{ "-gentoo", "Gentoo", false, NULL },
	{ "-flatcar", "Flatcar", false, NULL },
	{ "-linuxkit", "LinuxKit (Docker Desktop)", false, NULL },
	{ "-microsoft-standard", "WSL 2", false, NULL },
	{ "-rpi", "Raspberry Pi OS", false, NULL },
	{ "-android", "Android", false, NULL },
};
const size_t vmc_n_distributions = VMC_ARRAY_SIZE(vmc_distributions);

/* "Red Hat Enterprise Linux Release Dates" of the vendor's customer portal */
const struct vmc_rhel_stream vmc_rhel_streams[] = {
	{ "2.6.32-71.", "6.0" },   { "2.6.32-131.", "6.1" },  { "2.6.32-220.", "6.2" },
	{ "2.6.32-279.", "6.3" },  { "2.6.32-358.", "6.4" },  { "2.6.32-431.", "6.5" },
	{ "2.6.32-504.", "6.6" },  { "2.6.32-573.", "6.7" },  { "2.6.32-642.", "6.8" },
	{ "2.6.32-696.", "6.9" },  { "2.6.32-754.", "6.10" }, { "3.10.0-123.", "7.0" },
	{ "3.10.0-229.", "7.1" },  { "3.10.0-327.", "7.2" },  { "3.10.0-514.", "7.3" },
	{ "3.10.0-693.", "7.4" },  { "3.10.0-862.", "7.5" },  { "3.10.0-957.", "7.6" },
	{ "3.10.0-1062.", "7.7" }, { "3.10.0-1127.", "7.8" }, { "3.10.0-1160.", "7.9" },
	{ "4.18.0-80.", "8.0" },   { "4.18.0-147.", "8.1" },  { "4.18.0-193.", "8.2" },
	{ "4.18.0-240.", "8.3" },  { "4.18.0-305.", "8.4" },  { "4.18.0-348.", "8.5" },
	{ "4.18.0-372.", "8.6" },  { "4.18.0-425.", "8.7" },  { "4.18.0-477.", "8.8" },
	{ "4.18.0-513.", "8.9" },  { "4.18.0-553.", "8.10" }, { "5.14.0-70.", "9.0" },
	{ "5.14.0-162.", "9.1" },  { "5.14.0-284.", "9.2" },  { "5.14.0-362.", "9.3" },
	{ "5.14.0-427.", "9.4" },  { "5.14.0-503.", "9.5" },  { "5.14.0-570.", "9.6" },
	{ "6.12.0-55.", "10.0" },
};
const size_t vmc_n_rhel_streams = VMC_ARRAY_SIZE(vmc_rhel_streams);

const struct vmc_builder vmc_builders[] = {
	{ "centos.org", "CentOS" },	     { "redhat.com", "Red Hat Enterprise Linux" },
	{ "rockylinux.org", "Rocky Linux" }, { "almalinux.org", "AlmaLinux" },
	{ "oracle.com", "Oracle Linux" },
};
const size_t vmc_n_builders = VMC_ARRAY_SIZE(vmc_builders);

const struct vmc_virtual vmc_virtuals[] = {
	{ "QEMU ", "QEMU", NULL, NULL },
	{ "Bochs", "QEMU", NULL, NULL }, /* before QEMU had tables of its own */
	{ "linux,dummy-virt", "QEMU", NULL, NULL },
	{ "riscv-virtio,qemu", "QEMU", NULL, NULL },
	{ "Red Hat KVM", "KVM", NULL, NULL },
	{ "Red Hat RHEV Hypervisor", "KVM", NULL, NULL },
	{ "oVirt ", "KVM", NULL, NULL },
	{ "KubeVirt", "KVM", NULL, NULL },
	{ "VMware", "VMware", NULL, NULL },
	{ "Microsoft Corporation Virtual Machine", "Hyper-V", NULL, NULL },
	{ "innotek GmbH VirtualBox", "VirtualBox", NULL, NULL },
	{ "Oracle Corporation VirtualBox", "VirtualBox", NULL, NULL },
	{ "Xen HVM domU", "Xen", NULL, NULL },
	{ "Parallels", "Parallels", NULL, NULL },
	{ "Nutanix AHV", "Nutanix AHV", NULL, NULL },
	{ "BHYVE", "bhyve", NULL, NULL },
	{ "Amazon EC2 ", "KVM", "Amazon EC2", ".metal" },
	{ "Google Google Compute Engine", "KVM", "Google Compute Engine", NULL },
	{ "Alibaba Cloud Alibaba Cloud ECS", "KVM", "Alibaba Cloud", NULL },
	{ "Tencent Cloud CVM", "KVM", "Tencent Cloud", NULL },
	{ "DigitalOcean Droplet", "KVM", "DigitalOcean", NULL },
	{ "Hetzner vServer", "KVM", "Hetzner Cloud", NULL },
	{ "OpenStack Foundation OpenStack", NULL, "OpenStack", NULL },
	{ "RDO OpenStack", NULL, "OpenStack", NULL },
};
const size_t vmc_n_virtuals = VMC_ARRAY_SIZE(vmc_virtuals);

const struct vmc_machine_mark vmc_machine_marks[] = {
	{ ".x86_64", "x86_64" },   { "-amd64", "x86_64" },    { ".i686", "i686" },
	{ "-686", "i686" },	   { ".i586", "i686" },	      { ".aarch64", "aarch64" },
	{ "-arm64", "aarch64" },   { ".ppc64le", "ppc64le" }, { "-powerpc64le", "ppc64le" },
	{ ".s390x", "s390x" },	   { "-s390x", "s390x" },     { ".riscv64", "riscv64" },
	{ "-riscv64", "riscv64" }, { ".armv7", "armv7l" },    { "-loong64", "loongarch64" },
};
const size_t vmc_n_machine_marks = VMC_ARRAY_SIZE(vmc_machine_marks);
