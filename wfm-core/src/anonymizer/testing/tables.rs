//! What may be told of nodes, and texts that mean it. Written by hand from what clusters say, not made of the anonymizer's
//! own tables: those are what is tested.

/// What is told, and how texts begin that mean it.
pub(super) type Table = [(&'static str, &'static [&'static str])];

/// What may follow a beginning and changes nothing.
pub(super) const TAILS: [&str; 14] = [
    "",
    ".3",
    ".1 LTS",
    " (Noble Numbat)",
    "-falcon",
    "+jdoe",
    " SP5",
    "_x",
    ".falcon",
    "..8",
    "-db01.acme.example",
    " — built by jdoe on ip-10-0-21-41",
    ".99999999999999999999",
    "-91-generic",
];

pub(super) const OS: &Table = &[
    ("ubuntu 22.04", &["Ubuntu 22.04"]),
    ("ubuntu 24.04", &["Ubuntu 24.04"]),
    ("ubuntu", &["Ubuntu 24.07", "Ubuntu 99.04", "Ubuntu Core 22", "Ubuntu falcon", "Ubuntu 24.04x"]),
    ("debian 12", &["Debian GNU/Linux 12"]),
    ("debian", &["Debian GNU/Linux trixie/sid", "Debian GNU/Linux 99"]),
    ("rhel 9", &["Red Hat Enterprise Linux 9"]),
    ("rhel", &["Red Hat Enterprise Linux CoreOS", "Red Hat Enterprise Linux 77"]),
    ("centos 7", &["CentOS Linux 7"]),
    ("rocky 9", &["Rocky Linux 9"]),
    ("alma 9", &["AlmaLinux 9"]),
    ("amazon 2", &["Amazon Linux 2"]),
    ("amazon 2023", &["Amazon Linux 2023"]),
    ("bottlerocket 1", &["Bottlerocket OS 1"]),
    ("flatcar", &["Flatcar Container Linux", "Flatcar Container Linux by Kinvolk 3815"]),
    ("cos", &["Container-Optimized OS", "Container-Optimized OS from Google"]),
    ("talos 1", &["Talos (v1"]),
    ("sles 15", &["SUSE Linux Enterprise Server 15"]),
    ("photon", &["VMware Photon OS/Linux"]),
    ("windows 2022", &["Windows Server 2022"]),
    ("other", &["", "ubuntu 24.04", "FalconLinux 3", "Ubuntu24.04", "Uьuntu 24.04", " Ubuntu 24.04"]),
];

pub(super) const KERNEL: &Table = &[
    ("2.6", &["2.6"]),
    ("3.10", &["3.10"]),
    ("4.19", &["4.19"]),
    ("5.10", &["5.10"]),
    ("5.15", &["5.15"]),
    ("6.1", &["6.1"]),
    ("6.8", &["6.8"]),
    ("10.0", &["10.0"]),
    ("other", &["", "falcon", "6.99", "8.1", "6.8x", "v6.8", "99999.1", "٦.٨", "6.8é"]),
];

pub(super) const RUNTIME: &Table = &[
    ("containerd 1.6", &["containerd://1.6"]),
    ("containerd 1.7", &["containerd://1.7"]),
    ("containerd 2.1", &["containerd://2.1"]),
    ("containerd", &["containerd://", "containerd://falcon", "containerd://3.1", "containerd://1.8"]),
    ("docker 20.10", &["docker://20.10"]),
    ("docker 28.3", &["docker://28.3"]),
    ("docker", &["docker://20.11", "docker://falcon"]),
    ("cri-o 1.31", &["cri-o://1.31"]),
    ("cri-o", &["cri-o://2.1", "cri-o://x"]),
    ("other", &["", "falcond://1.7", "containerd:/1.7", "Containerd://1.7", "containerd 1.7"]),
];

/// No tail follows these.
pub(super) const ARCHITECTURE: &Table = &[
    ("amd64", &["amd64"]),
    ("arm64", &["arm64"]),
    ("arm", &["arm"]),
    ("s390x", &["s390x"]),
    ("ppc64le", &["ppc64le"]),
    ("other", &["", "AMD64", "amd64 ", "x86_64", "falcon", "riscv64"]),
];

/// Tails of versions; to all but the last two rows anything can be added.
pub(super) const VENDOR: &Table = &[
    ("eks", &["-eks-"]),
    ("gke", &["-gke."]),
    ("k3s", &["+k3s"]),
    ("rke2", &["+rke2r"]),
    ("other", &["+falcon", "-falcon.prod", "-eksfalcon", " ", "-rc.1", "-gke", "/eks-"]),
    ("none", &[""]),
    ("aks", &[""]),
];
/// The rows of [`VENDOR`] that are told by no tail.
pub(super) const NONE: usize = 5;
pub(super) const AKS: usize = 6;

/// Schemes of providers' ids that say nothing.
pub(super) const MUTE_SCHEMES: [&str; 8] = ["aws", "gce", "falconcloud", "vsphere", "", "AZURE", "k3s2", "aks"];
