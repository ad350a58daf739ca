//! Bytes from port scanners and unknown clients: each gets a response or a close, and
//! nothing else.

use libtest_mimic::Trial;

use crate::attacks::support::siege::{Attack, Siege};
use crate::support::{Folder, each, trials};

pub fn trials() -> Vec<Trial> {
    trials![greetings_of_other_protocols]
}

/// Service probes of nmap under their names there, and similar ones. The last element is
/// the status of the response, or 0 where the connection is closed without one.
const PROBES: &[(&str, &[u8], u16)] = &[
    ("NULL", b"", 0),
    ("GenericLines", b"\r\n\r\n", 0),
    ("GetRequest", b"GET / HTTP/1.0\r\n\r\n", 200),
    ("HTTPOptions", b"OPTIONS / HTTP/1.0\r\n\r\n", 204),
    ("RTSPRequest", b"OPTIONS / RTSP/1.0\r\n\r\n", 400),
    ("SIPOptions", b"OPTIONS sip:nm SIP/2.0\r\nVia: SIP/2.0/TCP nm;branch=foo\r\nFrom: <sip:nm@nm>;tag=root\r\nTo: <sip:nm2@nm2>\r\nCall-ID: 50000\r\nCSeq: 42 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", 400),
    ("FourOhFourRequest", b"GET /nice%20ports%2C/Tri%6Eity.txt%2ebak HTTP/1.0\r\n\r\n", 404),
    ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", 505),
    ("HTTP/0.9", b"GET /\r\n", 400),
    ("SSH", b"SSH-2.0-OpenSSH_9.7\r\n", 400),
    ("SSLSessionReq", b"\x16\x03\x00\x00\x53\x01\x00\x00\x4f\x03\x00\x3f\x47\xd7\xf7\xba\x2c\xee\xea\xb2\x60\x7e\xf3\x00\xfd\x82\x7b\xb9\xd5\x96\xc8\x77\x9b\xe6\xc4\xdb\x3c\x3d\xdb\x6f\xef\x10\x6e\x00\x00\x28", 400),
    ("TLSSessionReq", b"\x16\x03\x01\x00\x69\x01\x00\x00\x65\x03\x03U\x1c\xa7\xe4random1random2random3random4\x00\x00\x0c", 400),
    ("SSLv23SessionReq", b"\x80\x9e\x01\x03\x01\x00u\x00\x00\x00 \x00\x00f\x00\x00e", 400),
    ("DNSVersionBindReqTCP", b"\x00\x1e\x00\x06\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07version\x04bind\x00\x00\x10\x00\x03", 400),
    ("RPCCheck", b"\x80\x00\x00\x28\x72\xfe\x1d\x13\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa0\x00\x01\x97\x7c", 400),
    ("SMBProgNeg", b"\x00\x00\x00\xa4\xff\x53\x4d\x42\x72\x00\x00\x00\x00\x08\x01\x40", 400),
    ("X11Probe", b"\x6c\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00", 400),
    ("Kerberos", b"\x00\x00\x00\x71\x6a\x81\x6e\x30\x81\x6b\xa1\x03\x02\x01\x05", 400),
    ("LDAPBindReq", b"\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x02\x04\x00\x80\x00", 400),
    ("TerminalServer", b"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00", 400),
    ("NCP", b"DmdT\x00\x00\x00\x17\x00\x00\x00\x01\x00\x00\x00\x00\x11\x11\x00\xff\x01\xff\x13", 400),
    ("JavaRMI", b"JRMI\x00\x02K", 400),
    ("redis", b"*1\r\n$4\r\nINFO\r\n", 400),
    ("memcached", b"stats\r\n", 400),
    ("SMTP", b"EHLO nmap.org\r\n", 400),
    ("FTP", b"USER anonymous\r\n", 400),
    ("Help", b"HELP\r\n", 400),
    ("LPDString", b"\x01default\n", 400),
    ("MQTT", b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00", 400),
    ("SOCKS5", b"\x05\x04\x00\x01\x02\x80\x05\x01\x00\x03", 400),
    ("PROXY protocol 1", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("PROXY protocol 2", b"\x0d\x0a\x0d\x0a\x00\x0d\x0aQUIT\x0a\x21\x11\x00\x0c", 400),
    ("open proxy", b"GET http://example.com/ HTTP/1.1\r\nHost: example.org\r\n\r\n", 200),
    ("tunnel", b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n", 405),
    ("WebSocket", b"GET /bystanders HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", 200),
    ("zeros", &[0; 4_096], 400),
    ("ones", &[0xff; 4_096], 400),
];

/// Each client gets an HTTP response, or its connection is closed without one after it
/// has sent everything.
fn greetings_of_other_protocols() {
    let siege = Siege::of(Folder::new());
    let attack = Attack {
        test: "attacks::probes::greetings_of_other_protocols",
        what: "what port scanners send: TLS, SSH, RTSP, SIP, HTTP/2, RPC, SMB, … and binary junk",
        clients: 1,
        outcome: "a status, or a close",
    };
    siege.withstand(&attack, || {
        each(PROBES, |(_, probe, status)| {
            for byte_by_byte in [false, true] {
                let mut client = siege.client();
                match byte_by_byte {
                    true => client.send_byte_by_byte(probe),
                    false => client.send(probe),
                };
                let _ = client.stream().shutdown(std::net::Shutdown::Write);
                let said = client.read_to_end();
                let said = String::from_utf8_lossy(&said);
                match status {
                    0 => assert_eq!(said, ""),
                    _ => assert!(said.starts_with(&format!("HTTP/1.1 {status} ")), "{said}"),
                }
            }
        });
    });
}
