//! A headless Chromium that is told what to do over pipes, by the Chrome DevTools Protocol:
//! messages of JSON, each with a NUL at its end.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};

use super::{Screen, base64};

/// Starts Chromium with its pipes, 3 and 4, on standard input and output.
const START: &str = "exec chromium \"$@\" 3<&0 4>&1 </dev/null >/dev/null";

/// Flags for the page alone: no sandbox, because containers forbid it, no proxy, no
/// requests of its own.
/// It has a mouse, so that the player shows its own controls.
const FLAGS: [&str; 13] = [
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--mute-audio",
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
];

/// Waits for the page, its fonts, and the pictures that are on the screen.
const READY: &str = "(async () => {
    if (document.readyState !== 'complete') await new Promise(done => addEventListener('load', done));
    const isSeen = image => image.getBoundingClientRect().top < innerHeight;
    const seen = Array.from(document.images).filter(isSeen);
    await Promise.all(seen.map(image => image.decode().catch(() => null)));
    await document.fonts.ready;
})()";

/// A browser with one page. Dropping it ends all its processes.
pub(super) struct Browser {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    calls: u64,
    session: Option<String>,
}

impl Browser {
    /// Starts the browser with a profile that nobody has used.
    pub(super) fn start(profile: &Path) -> Result<Self> {
        let _ = fs::remove_dir_all(profile);
        let mut child = Command::new("sh")
            .args(["-c", START, "chromium"])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // All processes of the browser end together.
            .process_group(0)
            .spawn()
            .context("cannot start chromium")?;
        let to = child.stdin.take().context("no pipe")?;
        let from = BufReader::new(child.stdout.take().context("no pipe")?);
        let mut browser = Self {
            child,
            to,
            from,
            calls: 0,
            session: None,
        };
        let page = browser.call("Target.createTarget", json!({ "url": "about:blank" }))?;
        let attach = json!({ "targetId": page.get("targetId"), "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach)?;
        let session = attached.get("sessionId").and_then(Value::as_str);
        browser.session = session.map(Into::into);
        Ok(browser)
    }

    /// Shows a page, and waits until it is complete.
    pub(super) fn show(&mut self, address: &str, screen: Screen, is_dark: bool) -> Result<()> {
        let theme = if is_dark { "dark" } else { "light" };
        let metrics = json!({
            "width": screen.width,
            "height": screen.height,
            "deviceScaleFactor": screen.scale,
            "mobile": screen.is_phone,
        });
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": theme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        self.call("Emulation.setDeviceMetricsOverride", metrics)?;
        self.call("Emulation.setEmulatedMedia", media)?;
        self.call(
            "Emulation.setTimezoneOverride",
            json!({ "timezoneId": "UTC" }),
        )?;
        self.call("Page.navigate", json!({ "url": address }))?;
        self.wait_for(READY)
    }

    /// Waits for a promise, which is an expression in JavaScript.
    pub(super) fn wait_for(&mut self, promise: &str) -> Result<()> {
        let evaluate = json!({ "expression": promise, "awaitPromise": true });
        let result = self.call("Runtime.evaluate", evaluate)?;
        match result.get("exceptionDetails") {
            Some(exception) => bail!("the page failed: {exception}"),
            None => Ok(()),
        }
    }

    /// Returns what is on the screen, as WebP.
    pub(super) fn picture(&mut self, quality: u8) -> Result<Vec<u8>> {
        let format = json!({ "format": "webp", "quality": quality });
        let picture = self.call("Page.captureScreenshot", format)?;
        let data = picture.get("data").and_then(Value::as_str);
        data.and_then(base64::decode).context("no picture")
    }

    /// Calls a method, and returns its result. Events in between are of no interest.
    fn call(&mut self, method: &str, parameters: Value) -> Result<Value> {
        self.calls += 1;
        let mut message = json!({ "id": self.calls, "method": method, "params": parameters });
        if let (Some(session), Some(message)) = (&self.session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), json!(session));
        }
        self.to.write_all(message.to_string().as_bytes())?;
        self.to.write_all(b"\0")?;
        loop {
            let mut answer = Vec::new();
            self.from.read_until(0, &mut answer)?;
            let Some((0, answer)) = answer.split_last() else {
                bail!("chromium has ended");
            };
            let mut answer: Value = serde_json::from_slice(answer)?;
            if answer.get("id") != Some(&json!(self.calls)) {
                continue;
            }
            return match answer.get("error") {
                Some(error) => bail!("{method}: {error}"),
                None => Ok(answer
                    .get_mut("result")
                    .map(Value::take)
                    .unwrap_or_default()),
            };
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}
