//! What is counted along the time: events, each at the second in which it happened.

use super::time::Window;

/// A kind of event. What is so at a moment T is a sum of how many events of some kinds there were up to T, and up to
/// T − W for a window W; the view (`view.rs`) says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Track {
    /// A cluster's first check-in.
    Appeared,
    /// A cluster has been silent for 24 hours.
    Disappeared,
    /// A check-in after a silence of more than 24 hours.
    Returned,
    /// Not counted but added up: the first check-ins of the clusters that became active, less those of the clusters that
    /// ceased to be, in seconds since 1970.
    FirstSeen,
    /// As [`Disappeared`](Self::Disappeared), of a cluster that was seen on one day only.
    Once,
    /// The first check-in of a cluster that was once silent after having been seen on one day only.
    OnceAppeared,
    /// A return within this window (and no shorter one) after the cluster had disappeared.
    Soon(Window),
    /// The disappearance that such a return ended.
    SoonFrom(Window),
    /// A return within this window after the cluster's return before.
    Again(Window),
    /// The return before.
    AgainFrom(Window),
    /// The return of a cluster on its second day, within this window after its first check-in.
    Second(Window),
    /// That first check-in.
    SecondFrom(Window),
}

impl Track {
    /// The track as a byte of a key.
    pub(super) fn number(self) -> u8 {
        let of = |first: u8, window: Window| first + window as u8;
        match self {
            Self::Appeared => 0,
            Self::Disappeared => 1,
            Self::Returned => 2,
            Self::FirstSeen => 3,
            Self::Once => 4,
            Self::OnceAppeared => 5,
            Self::Soon(window) => of(8, window),
            Self::SoonFrom(window) => of(12, window),
            Self::Again(window) => of(16, window),
            Self::AgainFrom(window) => of(20, window),
            Self::Second(window) => of(24, window),
            Self::SecondFrom(window) => of(28, window),
        }
    }
}
