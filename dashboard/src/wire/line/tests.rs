use bytes::BufMut;

use super::*;

fn message(letter: u8, body: &[u8]) -> BytesMut {
    let mut whole = BytesMut::new();
    whole.put_u8(letter);
    whole.put_u32(u32::try_from(body.len() + 4).expect("short"));
    whole.put_slice(body);
    whole
}

#[test]
fn a_message_is_taken_once_it_is_whole() {
    let mut inbox = message(b'Q', b"select 1\0");
    let rest = inbox.split_off(6);
    assert!(take(&mut inbox, LONGEST).expect("waits").is_none());
    inbox.unsplit(rest);
    match take(&mut inbox, LONGEST).expect("whole") {
        Some(PgWireFrontendMessage::Query(query)) => assert_eq!(query.query, "select 1"),
        other => panic!("{other:?}"),
    }
    assert!(inbox.is_empty());
}

#[test]
fn what_lies_about_its_length_is_refused_before_it_is_decoded() {
    let cases: [(u8, &[u8]); 12] = [
        (b'Q', b"no end"),
        (b'Q', b"\xff\0"),
        (b'Q', b"a\0b"),
        (b'P', b"\0\0\0\x02\0\0\0\x01"),
        (b'B', b"\0\0\0\0\0\x01\x7f\xff\xff\xff"),
        (b'B', b"\0\0\xff\xff"),
        (b'B', b"\0\0\0\0\0\0"),
        (b'D', b""),
        (b'E', b"\0\0\0"),
        (b'F', b""),
        (b'S', b"x"),
        (0, b""),
    ];
    for (letter, body) in cases {
        assert!(take(&mut message(letter, body), LONGEST).is_err(), "{letter} {body:?}");
    }
    let mut long = BytesMut::from(&b"Q\x7f\xff\xff\xff"[..]);
    assert!(take(&mut long, LONGEST).is_err());
    let mut short = BytesMut::from(&b"Q\xff\xff\xff\xff"[..]);
    assert!(take(&mut short, LONGEST).is_err());
}

/// Whatever comes, it is a message, a wait or a refusal. `SUNLAKE_WIRE_SEED` repeats a run.
#[test]
fn nothing_that_comes_is_fallen_over() {
    let seed = std::env::var("SUNLAKE_WIRE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_501_u64);
    let mut state = seed;
    let mut random = move || {
        // xorshift64*
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    };
    let letters = b"QPBDCESHXpdcfF\0Z";
    for round in 0..20_000 {
        let length = (random() % 40) as usize;
        let body: Vec<u8> = (0..length).map(|_| if random() % 2 == 0 { 0 } else { (random() >> 24) as u8 }).collect();
        let letter = letters[(random() % letters.len() as u64) as usize];
        let mut inbox = message(letter, &body);
        if random() % 8 == 0 {
            inbox[1] = (random() >> 32) as u8;
        }
        let before = inbox.len();
        let taken = take(&mut inbox, LONGEST);
        assert!(inbox.len() <= before, "seed {seed}, round {round}: {taken:?}");
    }
}
