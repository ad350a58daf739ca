//! The arguments that the component gets.

use super::Options;
use super::log::LogFormat;
use crate::sockets::Endpoint;
use crate::terminal::{Output, local_time};

impl Options {
    /// Returns the component's arguments. `endpoints` are the listeners. Call it
    /// before the process is confined.
    ///
    /// A component from elsewhere that is given arguments of its own gets those alone.
    pub(crate) fn arguments(&self, stdout: Output, endpoints: &[Endpoint]) -> Vec<String> {
        if !self.component_arguments.is_empty() {
            return self.component_arguments.clone();
        }
        let mut arguments = vec![
            format!("--index={}", self.index),
            format!("--max-connections={}", self.limits().share()),
            format!("--cache={}", u64::from(self.cache) << 20),
            format!("--memory={}", u64::from(self.memory) << 20),
        ];
        if let Some(rate) = self.rate {
            arguments.push(format!("--rate={rate}"));
        }
        if let Some(throttle) = self.throttle {
            arguments.push(format!("--throttle={}", u64::from(throttle) << 10));
        }
        // Browsers reach no Unix socket.
        let mut tcp = endpoints.iter().filter_map(Endpoint::tcp).peekable();
        let is_private = tcp.peek().is_some() && tcp.all(|address| address.ip().is_loopback());
        arguments.extend(self.proxy.arguments(is_private));
        if let Some(seconds) = self.tls.hsts {
            arguments.push(format!("--hsts={seconds}"));
        }
        let first = endpoints.iter().find_map(Endpoint::tcp);
        if let (Some(_), Some(first)) = (self.tls.redirect_http, first) {
            arguments.push(format!("--redirect-port={}", first.port()));
        }
        if let Some(value) = &self.cache_control {
            arguments.push(format!("--cache-control={value}"));
        }
        arguments.extend(self.header.iter().map(|line| format!("--header={line}")));
        arguments.extend(self.log_arguments(stdout));
        let switches = [
            (self.hidden, "--hidden"),
            (self.no_listing, "--no-listing"),
            (self.no_archive, "--no-archive"),
            (self.spa, "--spa"),
            (self.cors, "--cors"),
            (self.verbose, "--verbose"),
            (self.quiet && self.log.log_file.is_none(), "--quiet"),
            (self.log.log_milliseconds, "--log-milliseconds"),
        ];
        arguments.extend(
            switches
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, name)| (*name).to_owned()),
        );
        arguments
    }

    /// Returns the arguments for the format of the access log. The combined one needs none.
    fn log_arguments(&self, stdout: Output) -> Vec<String> {
        // A component from elsewhere may know no formats.
        let for_people = stdout.is_terminal && self.component.is_none();
        let format = match self.log.log_format {
            None if for_people => LogFormat::Terminal,
            given => given.unwrap_or(LogFormat::Combined),
        };
        let name = match format {
            LogFormat::Combined => return Vec::new(),
            LogFormat::Common => "common",
            LogFormat::Json => "json",
            LogFormat::Terminal => "terminal",
        };
        let mut arguments = vec![format!("--log-format={name}")];
        if format == LogFormat::Terminal {
            arguments.push(format!("--log-utc-offset={}", local_time::utc_offset()));
            if stdout.style.colors {
                arguments.push("--log-colors".to_owned());
            }
        }
        arguments
    }
}
