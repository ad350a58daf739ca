//! The counters, as metrics of Prometheus.

pub mod text;

use alloc::string::String;
use core::fmt;

use crate::bindings::porthole::admin::counters::{
    Connections, Descriptors, Handshakes, Histogram, Instances, Responses, Snapshot, Statuses,
};
use crate::limits::METRICS_BYTES;
use text::{Kind, Metric, Text};

/// Returns the text of all metrics, or `None` if it would be too long.
pub fn written(counters: &Snapshot) -> Option<String> {
    let mut text = Text::new(METRICS_BYTES);
    write(&mut text, counters).ok()?;
    Some(text.into_string())
}

fn write(text: &mut Text, counters: &Snapshot) -> fmt::Result {
    text.metric(BUILD_INFO)?
        .sample(&[("version", &env!("CARGO_PKG_VERSION"))], 1)?;
    text.metric(READY)?.sample(&[], u8::from(counters.ready))?;
    let started = text::Seconds(counters.started.saturating_mul(1_000));
    text.metric(START_TIME)?.sample(&[], started)?;
    connections(text, &counters.connections)?;
    handshakes(text, &counters.handshakes)?;
    responses(text, &counters.responses)?;
    instances(text, &counters.instances)?;
    descriptors(text, counters.descriptors.as_ref())
}

const BUILD_INFO: Metric = Metric {
    name: "build_info",
    kind: Kind::Gauge,
    help: "1, with the version of porthole as a label.",
};
const READY: Metric = Metric {
    name: "ready",
    kind: Kind::Gauge,
    help: "Whether connections are accepted: 0 while it drains.",
};
const START_TIME: Metric = Metric {
    name: "start_time_seconds",
    kind: Kind::Gauge,
    help: "Time of the start, since 1970.",
};
const CONNECTIONS_OPEN: Metric = Metric {
    name: "connections_open",
    kind: Kind::Gauge,
    help: "Connections that are open.",
};
const CONNECTIONS_PEAK: Metric = Metric {
    name: "connections_open_peak",
    kind: Kind::Gauge,
    help: "Most connections that were open at once.",
};
const CONNECTIONS_ACCEPTED: Metric = Metric {
    name: "connections_accepted_total",
    kind: Kind::Counter,
    help: "Connections that workers were given.",
};
const CONNECTIONS_REFUSED: Metric = Metric {
    name: "connections_refused_total",
    kind: Kind::Counter,
    help: "Connections that were closed at once: beyond --max-per-address, or without the header of a trusted proxy.",
};
const RECEIVED: Metric = Metric {
    name: "received_bytes_total",
    kind: Kind::Counter,
    help: "Bytes that were received, after decryption.",
};
const SENT: Metric = Metric {
    name: "sent_bytes_total",
    kind: Kind::Counter,
    help: "Bytes that were sent, heads included, before encryption.",
};

fn connections(text: &mut Text, connections: &Connections) -> fmt::Result {
    text.metric(CONNECTIONS_OPEN)?
        .sample(&[], connections.open)?;
    text.metric(CONNECTIONS_PEAK)?
        .sample(&[], connections.most_open)?;
    text.metric(CONNECTIONS_ACCEPTED)?
        .sample(&[], connections.accepted)?;
    let mut refused = text.metric(CONNECTIONS_REFUSED)?;
    refused.sample(&[("reason", &"per_address")], connections.refused_address)?;
    refused.sample(&[("reason", &"proxy_header")], connections.refused_header)?;
    text.metric(RECEIVED)?
        .sample(&[], connections.received_bytes)?;
    text.metric(SENT)?.sample(&[], connections.sent_bytes)
}

const HANDSHAKES: Metric = Metric {
    name: "tls_handshakes_total",
    kind: Kind::Counter,
    help: "TLS handshakes that succeeded, by version.",
};
const HANDSHAKE_FAILURES: Metric = Metric {
    name: "tls_handshake_failures_total",
    kind: Kind::Counter,
    help: "TLS handshakes that failed: the client spoke no TLS, refused by an alert, had nothing in common or was malformed, left, or took too long.",
};

fn handshakes(text: &mut Text, handshakes: &Handshakes) -> fmt::Result {
    let mut done = text.metric(HANDSHAKES)?;
    done.sample(&[("version", &"1.2")], handshakes.tls12)?;
    done.sample(&[("version", &"1.3")], handshakes.tls13)?;
    let mut failed = text.metric(HANDSHAKE_FAILURES)?;
    for (reason, count) in [
        ("plain", handshakes.plain),
        ("alert", handshakes.alert),
        ("protocol", handshakes.protocol),
        ("closed", handshakes.closed),
        ("timeout", handshakes.given_up),
    ] {
        failed.sample(&[("reason", &reason)], count)?;
    }
    Ok(())
}

const RESPONSES: Metric = Metric {
    name: "http_responses_total",
    kind: Kind::Counter,
    help: "Responses, by the method of the request and the class of the status.",
};
const CONTENT: Metric = Metric {
    name: "http_response_content_bytes_total",
    kind: Kind::Counter,
    help: "Bytes of content that were sent in responses.",
};
const FIRST_BYTE: Metric = Metric {
    name: "http_response_first_byte_seconds",
    kind: Kind::Histogram,
    help: "Time from a request to the first byte of its response.",
};
const DURATION: Metric = Metric {
    name: "http_response_duration_seconds",
    kind: Kind::Histogram,
    help: "Time from a request to the last byte of its response.",
};
const CACHE: Metric = Metric {
    name: "cache_lookups_total",
    kind: Kind::Counter,
    help: "Files that were sent, by whether their content was at hand.",
};
const PASSWORDS: Metric = Metric {
    name: "password_checks_total",
    kind: Kind::Counter,
    help: "Passwords of requests, by the outcome: refused are those that were not compared.",
};

fn responses(text: &mut Text, responses: &Responses) -> fmt::Result {
    let mut counts = text.metric(RESPONSES)?;
    for (method, statuses) in [
        ("GET", &responses.get),
        ("HEAD", &responses.head),
        ("OPTIONS", &responses.options),
        ("other", &responses.other),
    ] {
        for (class, count) in by_class(statuses) {
            counts.sample(&[("method", &method), ("status", &class)], count)?;
        }
    }
    text.metric(CONTENT)?.sample(&[], responses.bytes)?;
    histogram(text, FIRST_BYTE, &responses.first_byte)?;
    histogram(text, DURATION, &responses.duration)?;
    let mut cache = text.metric(CACHE)?;
    cache.sample(&[("result", &"hit")], responses.cache_hits)?;
    cache.sample(&[("result", &"miss")], responses.cache_misses)?;
    let mut passwords = text.metric(PASSWORDS)?;
    for (result, count) in [
        ("right", responses.passwords_right),
        ("wrong", responses.passwords_wrong),
        ("refused", responses.passwords_refused),
    ] {
        passwords.sample(&[("result", &result)], count)?;
    }
    Ok(())
}

fn by_class(statuses: &Statuses) -> [(&'static str, u64); 5] {
    [
        ("1xx", statuses.informational),
        ("2xx", statuses.successful),
        ("3xx", statuses.redirection),
        ("4xx", statuses.client_error),
        ("5xx", statuses.server_error),
    ]
}

fn histogram(text: &mut Text, metric: Metric, histogram: &Histogram) -> fmt::Result {
    let Histogram {
        buckets,
        longer,
        sum,
    } = histogram;
    text.metric(metric)?.histogram(buckets, *longer, *sum)
}

const FAILURES: Metric = Metric {
    name: "instance_failures_total",
    kind: Kind::Counter,
    help: "Instances of the component that trapped, or ended before their time.",
};
const RESTARTS: Metric = Metric {
    name: "instance_restarts_total",
    kind: Kind::Counter,
    help: "Instances that were started in the place of one that failed.",
};
const GENERATIONS: Metric = Metric {
    name: "generations_total",
    kind: Kind::Counter,
    help: "Versions of the component that have served: 1, and 1 for each reload.",
};
const MEMORY: Metric = Metric {
    name: "worker_memory_bytes",
    kind: Kind::Gauge,
    help: "Memory of each worker's sandbox.",
};

fn instances(text: &mut Text, instances: &Instances) -> fmt::Result {
    text.metric(FAILURES)?.sample(&[], instances.failures)?;
    text.metric(RESTARTS)?.sample(&[], instances.restarts)?;
    text.metric(GENERATIONS)?
        .sample(&[], instances.generations)?;
    let mut memory = text.metric(MEMORY)?;
    for (worker, bytes) in instances.memory.iter().enumerate() {
        memory.sample(&[("worker", &worker)], bytes)?;
    }
    Ok(())
}

const OPEN_FDS: Metric = Metric {
    name: "process_open_fds",
    kind: Kind::Gauge,
    help: "Descriptors that the process has open.",
};
const MAX_FDS: Metric = Metric {
    name: "process_max_fds",
    kind: Kind::Gauge,
    help: "Most descriptors that the process may have open.",
};

fn descriptors(text: &mut Text, descriptors: Option<&Descriptors>) -> fmt::Result {
    let Some(descriptors) = descriptors else {
        return Ok(());
    };
    text.metric(OPEN_FDS)?.sample(&[], descriptors.open)?;
    match descriptors.most {
        Some(most) => text.metric(MAX_FDS)?.sample(&[], most),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    const MOST: u64 = u64::MAX;

    fn largest() -> Snapshot {
        let statuses = || Statuses {
            informational: MOST,
            successful: MOST,
            redirection: MOST,
            client_error: MOST,
            server_error: MOST,
        };
        let histogram = || Histogram {
            buckets: vec![(MOST, MOST); 16],
            longer: MOST,
            sum: MOST,
        };
        Snapshot {
            ready: true,
            started: MOST,
            connections: Connections {
                open: MOST,
                most_open: MOST,
                accepted: MOST,
                refused_address: MOST,
                refused_header: MOST,
                received_bytes: MOST,
                sent_bytes: MOST,
            },
            handshakes: Handshakes {
                tls12: MOST,
                tls13: MOST,
                plain: MOST,
                alert: MOST,
                protocol: MOST,
                closed: MOST,
                given_up: MOST,
            },
            responses: Responses {
                get: statuses(),
                head: statuses(),
                options: statuses(),
                other: statuses(),
                bytes: MOST,
                cache_hits: MOST,
                cache_misses: MOST,
                passwords_right: MOST,
                passwords_wrong: MOST,
                passwords_refused: MOST,
                first_byte: histogram(),
                duration: histogram(),
            },
            instances: Instances {
                failures: MOST,
                restarts: MOST,
                generations: MOST,
                memory: vec![MOST; 512],
            },
            descriptors: Some(Descriptors {
                open: MOST,
                most: Some(MOST),
            }),
        }
    }

    #[test]
    fn the_longest_text_fits() {
        let text = written(&largest()).unwrap();
        assert!(text.len() > 16 * 1024, "{}", text.len());
        let mut beyond = largest();
        beyond.instances.memory = vec![MOST; 100_000];
        assert!(written(&beyond).is_none());
    }

    #[test]
    fn each_metric_is_explained_once_and_named_by_the_conventions() {
        let text = written(&largest()).unwrap();
        let words = |line: &str| {
            line.split(' ')
                .take(4)
                .map(String::from)
                .collect::<Vec<_>>()
        };
        let mut types = Vec::new();
        for pair in text.lines().collect::<Vec<_>>().windows(2) {
            let [help, kind] = pair else { continue };
            let (help, kind) = (words(help), words(kind));
            if help[1] != "HELP" {
                continue;
            }
            assert_eq!((kind[1].as_str(), &kind[2]), ("TYPE", &help[2]));
            assert_eq!(
                kind[2].ends_with("_total"),
                kind[3] == "counter",
                "{kind:?}"
            );
            types.push(kind[2].clone());
        }
        let mut sorted = types.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), types.len());
        assert!(types.len() > 20, "{types:?}");
    }
}
