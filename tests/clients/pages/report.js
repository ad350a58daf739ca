// What is asked for is in the server's log, whether it exists or not.
const report = (step, values = {}) =>
  fetch(`/report?step=${step}&${new URLSearchParams(values)}&`, { cache: "no-store" });

const fail = (why) => report("failed", { why });
addEventListener("error", (event) => fail(event.message));
addEventListener("unhandledrejection", (event) => fail(event.reason));

// Resolves when the test has put a file there. It asks now and then: a server under
// load would believe for a second what it knows of files.
const appears = async (target) => {
  while (!(await fetch(target, { cache: "no-store" })).ok) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const happens = (target, name) =>
  new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

// Resolves when the video has really played for half a second from where it is.
const plays = async (video) => {
  const until = video.currentTime + 0.5;
  while (video.currentTime < until) await happens(video, "timeupdate");
};

const watched = (video) => {
  video.addEventListener("error", () => fail(video.error.message));
  return video;
};
