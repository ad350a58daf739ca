//! The table of cases. A new case takes a line or two.

use std::time::Duration;

use super::{
    clients::load::{
        Handshakes, Load, Pause,
        Requests::{self, AnySmall, File, Missing, Range, Unchanged},
    },
    figures::Metric::{self, *},
    files::{G1, GIB, K1, K16, K256},
    servers::Server::{self, *},
};

pub(crate) struct Case {
    /// Name on the command line.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) plan: Plan,
    pub(crate) servers: &'static [Server],
    pub(crate) metrics: &'static [Metric],
}

/// Method of measuring a case.
pub(crate) enum Plan {
    /// One load, after a warm-up.
    Steady(Load),
    /// A load on the 1 GiB file, whose pages are dropped from the cache all the time,
    /// with small requests beside it. Before that, the small requests alone.
    Cold(Load),
    /// This number of connections, each with one request and then idle. At the end, the
    /// load beside them.
    Idle(usize, Load),
    /// The list of a folder with this number of entries, for clients with this `Accept`.
    Folder(usize, &'static str),
    /// Start, response, stop.
    Start,
}

impl Plan {
    /// Whether clients speak TLS.
    pub(crate) fn needs_certificate(&self) -> bool {
        match self {
            Self::Steady(load) | Self::Cold(load) | Self::Idle(_, load) => load.tls.is_some(),
            Self::Folder(..) | Self::Start => false,
        }
    }
}

pub(crate) static CASES: &[Case] = &[
    case(
        "1k",
        "1 KiB, 64 connections",
        Plan::Steady(SMALL),
        HTTP_AND_PEERS,
        REQUESTS,
    ),
    case(
        "16k",
        "16 KiB, 64 connections",
        steady(64, File(K16)),
        HTTP_AND_PEERS,
        REQUESTS,
    ),
    case(
        "256k",
        "256 KiB, 64 connections",
        steady(64, File(K256)),
        HTTP_AND_PEERS,
        REQUESTS,
    ),
    case(
        "1k-1000",
        "1 KiB, 1,000 connections",
        steady(1000, File(K1)),
        HTTP_AND_PEERS,
        REQUESTS,
    ),
    case(
        "1k-fresh",
        "1 KiB, a new connection per request, 64 at a time",
        Plan::Steady(SMALL.fresh()),
        ALL,
        REQUESTS,
    ),
    case(
        "distinct",
        "10,000 distinct files of 1 KiB",
        steady(64, AnySmall),
        HTTP,
        REQUESTS,
    ),
    case(
        "missing",
        "404 for 10,000 distinct names",
        steady(64, Missing),
        HTTP,
        REQUESTS,
    ),
    case(
        "unchanged",
        "304 on 16 KiB",
        steady(64, Unchanged(K16)),
        HTTP,
        REQUESTS,
    ),
    case("1g-1", "1 GiB, 1 client", downloads(1), STREAMERS, BYTES),
    case("1g-8", "1 GiB, 8 clients", downloads(8), STREAMERS, BYTES),
    case(
        "1g-64",
        "1 GiB, 64 clients",
        downloads(64),
        STREAMERS,
        BYTES,
    ),
    case(
        "range",
        "64 KiB ranges of 1 GiB",
        steady(64, range(64 << 10)),
        RANGES,
        REQUESTS,
    ),
    case(
        "1g-cold",
        "1 GiB in parts of 128 MiB from a cold page cache, 8 clients; small requests beside",
        Plan::Cold(Load::new(8, range(128 << 20)).threads()),
        PLAIN,
        BESIDE,
    ),
    case(
        "range-cold",
        "64 KiB ranges of 1 GiB from a cold page cache, 64 connections; small requests beside",
        Plan::Cold(Load::new(64, range(64 << 10))),
        PLAIN,
        BESIDE,
    ),
    case(
        "slow",
        "1 GiB, 64 clients that read 64 KiB every 50 ms",
        Plan::Steady(Load::new(64, File(G1)).pause(Pause::AfterRead(Duration::from_millis(50)))),
        &[Porthole, Nginx, Node],
        &[Peak, Resident, Throughput, CpuPerGib],
    ),
    case(
        "idle",
        "10,000 idle connections; 1 KiB on 64 more",
        Plan::Idle(10_000, SMALL),
        &[Porthole, Nginx, Floor],
        &[Resident, CpuShare, Rate, P50, P99, CpuPerRequest],
    ),
    list("list-50", "List of 50 entries", 50),
    list("list-5000", "List of 5,000 entries", 5_000),
    list("list-50000", "List of 50,000 entries", 50_000),
    list("list-200000", "List of 200,000 entries", 200_000),
    page("page-50", "Page for people of 50 entries", 50),
    page(
        "page-5000",
        "The first of pages for people, of 5,000",
        5_000,
    ),
    page(
        "page-50000",
        "The first of pages for people, of 50,000",
        50_000,
    ),
    page(
        "page-200000",
        "The first of pages for people, of 200,000",
        200_000,
    ),
    case(
        "tls-full",
        "TLS 1.3, a whole handshake and 1 KiB, 64 at a time",
        Plan::Steady(SMALL.fresh().tls(Handshakes::Full)),
        PLAIN,
        REQUESTS,
    ),
    case(
        "tls-resumed",
        "TLS 1.3, a resumed session and 1 KiB, 64 at a time",
        Plan::Steady(SMALL.fresh().tls(Handshakes::Resumed)),
        PLAIN,
        REQUESTS,
    ),
    case(
        "tls-1k",
        "TLS 1.3, 1 KiB, 64 connections",
        Plan::Steady(SMALL.tls(Handshakes::Full)),
        PLAIN,
        REQUESTS,
    ),
    case(
        "tls-1g-8",
        "TLS 1.3, 1 GiB, 8 clients",
        Plan::Steady(Load::new(8, File(G1)).threads().tls(Handshakes::Full)),
        PLAIN,
        BYTES,
    ),
    case(
        "start",
        "Start to first response",
        Plan::Start,
        &[Porthole, Nginx, Node],
        &[StartWarm, StartCold, Resident, Binary],
    ),
];

/// Small requests beside a large load. They are few and paced, so that they wait for the
/// server and not for each other.
pub(crate) const BESIDE_LOAD: Load =
    Load::new(8, File(K1)).pause(Pause::AfterResponse(Duration::from_millis(5)));

const SMALL: Load = Load::new(64, File(K1));

const HTTP: &[Server] = &[Porthole, PortholeLog, Nginx, NginxCache, NginxLog];
const HTTP_AND_PEERS: &[Server] = &[
    Porthole,
    PortholeLog,
    Nginx,
    NginxCache,
    NginxLog,
    Lighttpd,
    Caddy,
    Sws,
    Floor,
];
const ALL: &[Server] = &[
    Porthole,
    PortholeLog,
    Nginx,
    NginxCache,
    NginxLog,
    Node,
    Floor,
];
const STREAMERS: &[Server] = &[
    Porthole,
    PortholeLog,
    Nginx,
    NginxCopy,
    NginxLog,
    Lighttpd,
    Caddy,
    Sws,
    Node,
    Floor,
];
const RANGES: &[Server] = &[
    Porthole,
    PortholeLog,
    Nginx,
    NginxCopy,
    NginxCache,
    NginxLog,
    Lighttpd,
    Caddy,
    Sws,
    Floor,
];
const PLAIN: &[Server] = &[Porthole, Nginx];

const REQUESTS: &[Metric] = &[CpuPerRequest, Rate, P50, P99, Peak];
const LISTS: &[Metric] = &[CpuPerRequest, FirstByte, Whole, Growth];
const BYTES: &[Metric] = &[CpuPerGib, Throughput, Peak];
const BESIDE: &[Metric] = &[
    Throughput, CpuPerGib, FromDisk, P50Alone, P50, P99Alone, P99, Peak,
];

const fn case(
    name: &'static str,
    title: &'static str,
    plan: Plan,
    servers: &'static [Server],
    metrics: &'static [Metric],
) -> Case {
    Case {
        name,
        title,
        plan,
        servers,
        metrics,
    }
}

/// The list that programs get, whole.
const fn list(name: &'static str, title: &'static str, entries: usize) -> Case {
    case(name, title, Plan::Folder(entries, "*/*"), PLAIN, LISTS)
}

/// The page that browsers get, with 500 entries. nginx has only the list.
const fn page(name: &'static str, title: &'static str, entries: usize) -> Case {
    case(
        name,
        title,
        Plan::Folder(entries, "text/html"),
        PLAIN,
        LISTS,
    )
}

const fn steady(connections: usize, requests: Requests) -> Plan {
    Plan::Steady(Load::new(connections, requests))
}

const fn downloads(clients: usize) -> Plan {
    Plan::Steady(Load::new(clients, File(G1)).threads())
}

const fn range(bytes: u64) -> Requests {
    Range {
        path: G1,
        of: GIB,
        bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for (index, case) in CASES.iter().enumerate() {
            assert!(
                CASES[index + 1..]
                    .iter()
                    .all(|other| other.name != case.name)
            );
        }
    }
}
