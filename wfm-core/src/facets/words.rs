//! Words of closed lists.

use std::fmt;
use std::str::FromStr;

/// Makes an enum of its words, in the order in which they are shown.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$what])* $variant,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// As one word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ();

            fn from_str(text: &str) -> Result<Self, ()> {
                match text { $($word => Ok(Self::$variant),)* _ => Err(()) }
            }
        }
    };
}

words! {
    /// Whose Kubernetes it is, by the tail of its version.
    Vendor {
        /// Amazon.
        Eks = "eks",
        /// Google.
        Gke = "gke",
        /// Microsoft.
        Aks = "aks",
        /// SUSE's small one.
        K3s = "k3s",
        /// SUSE's large one.
        Rke2 = "rke2",
        /// Somebody else's.
        Other = "other",
        /// Nobody's: as it was released.
        None = "none",
    }
}

words! {
    /// A family of operating systems.
    OsFamily {
        /// Ubuntu.
        Ubuntu = "ubuntu",
        /// Debian.
        Debian = "debian",
        /// Red Hat Enterprise Linux, CoreOS included.
        Rhel = "rhel",
        /// CentOS.
        Centos = "centos",
        /// Rocky Linux.
        Rocky = "rocky",
        /// AlmaLinux.
        Alma = "alma",
        /// Amazon Linux.
        Amazon = "amazon",
        /// Bottlerocket.
        Bottlerocket = "bottlerocket",
        /// Flatcar.
        Flatcar = "flatcar",
        /// Google's Container-Optimized OS.
        Cos = "cos",
        /// Talos.
        Talos = "talos",
        /// SUSE Linux Enterprise Server.
        Sles = "sles",
        /// Photon.
        Photon = "photon",
        /// Windows.
        Windows = "windows",
        /// Any other.
        Other = "other",
    }
}

words! {
    /// What runs containers.
    RuntimeName {
        /// containerd.
        Containerd = "containerd",
        /// Docker.
        Docker = "docker",
        /// CRI-O.
        CriO = "cri-o",
        /// Any other.
        Other = "other",
    }
}

words! {
    /// What processors are.
    Architecture {
        /// x86-64.
        Amd64 = "amd64",
        /// 64-bit ARM.
        Arm64 = "arm64",
        /// 32-bit ARM.
        Arm = "arm",
        /// IBM Z.
        S390x = "s390x",
        /// POWER.
        Ppc64le = "ppc64le",
        /// Any other.
        Other = "other",
    }
}

words! {
    /// The parts of what a cluster reports without an id, one envelope each: together they would be a fingerprint.
    Part {
        /// What is installed.
        Software = "software",
        /// How large it is.
        Capacity = "capacity",
        /// In which week it was created.
        Creation = "creation",
        /// How many workloads run beside the product's.
        OtherWorkloads = "other-workloads",
    }
}
