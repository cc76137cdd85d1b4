//! Ids: typed, unguessable, near to those born with them.
//!
//! A job or asset id is 20 bytes: 4 bytes of birth time in units of 16 ms, then 16 random bytes. The random part
//! alone carries the 128 unguessable bits (S9). The prefix keeps rows that are born together side by side in the
//! database's indexes: with whole seconds a job wrote three times as many pages. It wraps every two years, so it
//! is no clock, and nothing sorts by it. A job born under an idempotency key has an id derived from that key
//! instead (U7), so that a retry after a restore meets the same job and the same token.

use std::fmt;

use data_encoding::BASE32HEX_NOPAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

/// Where random bytes come from. Production hands in the operating system's generator, tests a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with unguessable bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// The text was not an id of this kind.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an id")]
pub struct Malformed;

macro_rules! long_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 20]);

        impl $name {
            /// A new id born at the given moment.
            pub fn new(born: Timestamp, entropy: &dyn Entropy) -> Self {
                let mut bytes = [0; 20];
                entropy.fill(&mut bytes);
                // The upper bits are dropped on purpose: nearness is all that the prefix is for.
                bytes[..4].copy_from_slice(&((born.0 >> 4) as u32).to_be_bytes());
                Self(bytes)
            }

            /// Reads the 32 characters that `Display` writes; anything else is malformed.
            pub fn parse(text: &str) -> Result<Self, Malformed> {
                if text.len() != 32 || text.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(Malformed);
                }
                let upper = text.to_ascii_uppercase();
                let bytes = BASE32HEX_NOPAD.decode(upper.as_bytes()).map_err(|_| Malformed)?;
                bytes.try_into().map(Self).map_err(|_| Malformed)
            }

            /// The raw bytes, as the database keeps them.
            pub fn bytes(&self) -> &[u8; 20] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = Malformed;
            fn try_from(bytes: &[u8]) -> Result<Self, Malformed> {
                bytes.try_into().map(Self).map_err(|_| Malformed)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str(&BASE32HEX_NOPAD.encode(&self.0).to_ascii_lowercase())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

long_id!(
    /// One job: one order of one account for one model.
    JobId
);
long_id!(
    /// One stored result file.
    AssetId
);
long_id!(
    /// One registered webhook endpoint.
    EndpointId
);
long_id!(
    /// One message to one receiver.
    DeliveryId
);

/// One account: who owns jobs, keys and money. Small numbers, never shown as a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub i64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The public, non-secret part of an API key: 8 characters that find its row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(pub String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One try of a job at a provider, numbered 1, 2, 3 … within the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptNo(pub u32);

/// Names one run of one server process. A lease belongs to a node; a new process is a new node.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(pub [u8; 8]);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.iter_mut().enumerate().for_each(|(i, b)| *b = i as u8);
        }
    }

    #[test]
    fn an_id_survives_its_text_and_lies_beside_those_born_with_it() {
        let early = JobId::new(Timestamp(1_000), &Counting);
        let late = JobId::new(Timestamp(2_000), &Counting);
        assert_eq!(JobId::parse(&early.to_string()), Ok(early));
        assert!(early < late && early.to_string() < late.to_string());
    }

    #[test]
    fn text_that_display_would_not_write_is_malformed() {
        let good = JobId::new(Timestamp(7), &Counting).to_string();
        for bad in ["", "x", &good[1..], &good.to_uppercase(), &format!("{good}0"), &good.replace('0', "z")] {
            assert_eq!(JobId::parse(bad), Err(Malformed), "{bad}");
        }
    }
}
