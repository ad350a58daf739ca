//! Tests of the log.

use std::sync::Mutex;

use super::*;

/// Sends on what is written. The texts "panic" and "fail" make it panic or fail
/// instead.
struct Output(Sender<String>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        match text.as_str() {
            "panic\n" => panic!("meant to happen"),
            "fail\n" => Err(io::ErrorKind::StorageFull.into()),
            _ => {
                self.0.send(text).unwrap();
                Ok(bytes.len())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns what is written when nothing is before all lines are in the queue.
fn written_late(lines: &[String]) -> String {
    let (chunks, receiver) = channel();
    let counts = Arc::<Counts>::default();
    let log = Log {
        chunks: Some(chunks),
        counts: Arc::clone(&counts),
        allowed: Allowed::Nothing,
    };
    lines.iter().for_each(|line| log.write_line(line));
    drop(log);
    let mut writer = Writer {
        output: Vec::new(),
        counts,
        losses: LossReporter::default(),
        note: |lost| format!("{lost} dropped\n"),
        report: Arc::new(|_| {}),
    };
    writer.write_all(&receiver);
    assert_eq!(writer.counts.queued.load(Ordering::Relaxed), 0);
    String::from_utf8(writer.output).unwrap()
}

#[test]
fn log_output_beyond_the_queue_is_dropped_and_counted() {
    let line = "a".repeat(LOG_CHUNK_BYTES - 1);
    let fit = LOG_QUEUE_BYTES / weight(&[0; LOG_CHUNK_BYTES]);
    let mut lines = vec![line; fit];
    let kept = lines.join("\n") + "\n";
    lines.extend(vec!["b".repeat(LOG_CHUNK_BYTES - 1); 2]);
    let dropped = 2 * LOG_CHUNK_BYTES;
    let words = format!("{dropped} dropped\n");
    // The loss is reported with the next line that is written.
    let text = written_late(&lines);
    assert_eq!(text.replace(&words, ""), kept);
    assert!(text.contains(&words));
}

/// Under load the thread may lose the processor for as long as hundreds of requests
/// take, and most chunks are one line.
#[test]
fn thousands_of_lines_wait_for_a_thread_that_is_late() {
    let lines: Vec<_> = (0..10_000)
        .map(|number| format!("line {number}, which is as long as a short line of a log is"))
        .collect();
    assert_eq!(written_late(&lines), lines.join("\n") + "\n");
}

#[test]
fn a_chunk_ends_with_a_line_if_it_can() {
    let line = [&[b'a'; 99][..], b"\n"].concat();
    let lines = line.repeat(2 * LOG_CHUNK_BYTES / line.len());
    let whole = LOG_CHUNK_BYTES / line.len() * line.len();
    assert_eq!(chunk_of(&lines).len(), whole);
    let long = vec![b'a'; LOG_CHUNK_BYTES + 1];
    assert_eq!(chunk_of(&long).len(), LOG_CHUNK_BYTES);
    for short in [&b""[..], b"a", b"a\nb"] {
        assert_eq!(chunk_of(short), short);
    }
}

/// A new file may be what mends a disk that is full.
#[test]
fn the_output_is_flushed_also_without_a_line_and_after_a_failure() {
    struct Flushed(Sender<()>);
    impl Write for Flushed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            self.0.send(()).unwrap();
            Ok(())
        }
    }
    let (sender, flushes) = channel();
    let (log, thread) = Log::to(Flushed(sender)).unwrap();
    log.flush();
    log.write_line("lost");
    log.flush();
    drop(log);
    thread.join().unwrap();
    assert_eq!(flushes.iter().count(), 3);
}

#[test]
fn a_panic_of_the_output_costs_a_line_and_not_the_log() {
    let (sender, lines) = channel();
    let (log, thread) = Log::to(Output(sender)).unwrap();
    assert!(log.is_unused());
    for line in ["before", "panic", "after"] {
        log.write_line(line);
    }
    assert!(Log::finish(&[&log]) && !log.is_unused());
    drop(log);
    thread.join().unwrap();
    assert_eq!(lines.iter().collect::<Vec<_>>(), ["before\n", "after\n"]);
}

#[test]
fn a_log_that_is_lost_is_said_once() {
    let notices = Arc::new(Mutex::new(Vec::new()));
    let report = {
        let notices = Arc::clone(&notices);
        Arc::new(move |notice: crate::report::event::Event| {
            notices.lock().unwrap().push(notice.to_string())
        })
    };
    let (sender, _lines) = channel();
    let (log, _) = Log::reporting(Output(sender), report).unwrap();
    for line in ["fail", "fail", "fine", "fail", "fine"] {
        log.write_line(line);
    }
    assert!(Log::finish(&[&log]));
    let notices = notices.lock().unwrap();
    assert!(
        notices[0].starts_with("the log cannot be written: "),
        "{notices:#?}"
    );
    assert_eq!(
        notices[1],
        "the log is written again; 10 bytes of it were lost"
    );
    assert_eq!(notices.len(), 2);
}

#[test]
fn the_end_does_not_wait_for_who_does_not_read() {
    let (reader, writer) = io::pipe().unwrap();
    let (log, _) = Log::to(writer).unwrap();
    // More bytes than any pipe takes.
    log.write_line("a".repeat(4 << 20));
    let asked = Instant::now();
    assert!(!Log::finish(&[&log, &log]));
    assert!(asked.elapsed() < 5 * LOG_FLUSH_TIMEOUT);
    drop(reader);
}
