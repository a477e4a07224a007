//! Texts that must change nothing.

use super::dice::Dice;

/// Words that a customer would recognise, and some that look like the product's.
const WORDS: [&str; 24] = [
    "falcon",
    "globex",
    "ip-10-0-21-41.eu-west-1.compute.internal",
    "db01.acme.example",
    "deis-router-globex",
    "deis-rоuter",
    "deis-ro\u{200b}uter",
    "git.globex.example/payments",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "0x0a000001",
    "012.0.0.1",
    "2886729729",
    "ZmFsY29u",
    "66616c636f6e",
    "%66%61lcon",
    "\\u0066alcon",
    "ｆａｌｃｏｎ",
    "xn--falcn-jua",
    "{\"a\":[[[[1]]]]}",
    "Deis-Router",
    "jdoe",
    "v2.14.0",
    "",
];

/// Names of workloads that are nobody's business: none is a name of the catalog.
const STRANGERS: [&str; 10] = [
    "globex-payments",
    "deis-router-globex",
    "deis-rоuter",
    "deis-ro\u{200b}uter",
    "Deis-Router",
    "deis-router ",
    "",
    "deis",
    "falcon",
    "ｄｅｉｓ-router",
];

/// Versions that are custom, whatever a list publishes.
pub(super) const NOT_CANONICAL: [&str; 28] = [
    "canary",
    "git-a1b2c3d",
    "a1b2c3d4e5f60718293a4b5c6d7e8f9012345678",
    "feature-falcon",
    "latest",
    "v2.14.0-jdoe.laptop.local",
    "v2.14.0+acme",
    "2.14",
    "v2.14.0.1",
    "V2.14.0",
    "vv2.14.0",
    "2.014.0",
    "v99999999999999999999.0.0",
    "canary for falcon",
    "v2.19.0-hotfix.jdoe+gita1b2c3d",
    "2.19.84231337",
    "v2.14.100",
    "v100.0.0",
    "v2.14.0-rc.20260412",
    "v2.14.0-rc.100",
    "v2.14.0-rc01",
    "v2.14.0-rc.1.1",
    "v2.14.0-rc1-falcon",
    "v2.14.0-RC1",
    "v2.14.0-beta.2+acme",
    "v2.14.0-falcon.1",
    "v2.14.0-0",
    "v2.0.0-alphafalcon",
];

/// Images without a version: where one follows, it follows a colon.
const IMAGES: [&str; 8] = [
    "hephy/router",
    "router",
    "registry.acme-corp.example:5000/mirror/hephy/router",
    "jdoe:hunter2/registry.globex.example/payments/router",
    "10.0.21.41:443/falcon/router",
    "[fe80::1]:5000/falcon",
    "quay.io/team-hephy/builder",
    "localhost/x",
];

/// A text of any kind.
pub(super) fn text(dice: &mut Dice<'_>) -> String {
    let mut text = String::with_capacity(48);
    text.push_str(dice.pick(&WORDS));
    if dice.percent(30) {
        number(&mut text, dice.next() >> 40);
    }
    text
}

/// A letter and digits.
pub(super) fn code(text: &mut String, dice: &mut Dice<'_>) {
    text.push(char::from(b'a' + (dice.below(26) as u8)));
    number(text, dice.below(100_000) as u64);
}

/// The name of a workload that the catalog does not have.
pub(super) fn stranger(dice: &mut Dice<'_>) -> String {
    let mut name = dice.pick(&STRANGERS).to_owned();
    if dice.percent(30) {
        name.push_str("-customer-");
        number(&mut name, dice.next() >> 40);
    }
    name
}

/// An image of this tag, or of none.
pub(super) fn image(tag: Option<&str>, dice: &mut Dice<'_>) -> String {
    tagged(dice.pick(&IMAGES), tag, dice)
}

/// The same, of which the last segment is this name.
pub(super) fn image_named(name: &str, tag: Option<&str>, dice: &mut Dice<'_>) -> String {
    let folder = dice.pick(&["hephy/", "", "registry.acme-corp.example:5000/mirror/hephy/", "10.0.21.41:443/falcon/"]);
    tagged(&[folder, name].concat(), tag, dice)
}

fn tagged(name: &str, tag: Option<&str>, dice: &mut Dice<'_>) -> String {
    let mut image = String::with_capacity(96);
    image.push_str(name);
    if let Some(tag) = tag {
        image.push(':');
        image.push_str(tag);
    }
    if dice.percent(20) {
        image.push_str("@sha256:");
        number(&mut image, dice.next());
    }
    image
}

/// Adds a number's digits: this is half the time of a case, so it takes no formatter.
pub(super) fn number(text: &mut String, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    text.push_str(std::str::from_utf8(&digits[at..]).expect("digits are text"));
}
