// The server logs the request, although the target does not exist.
const report = (step, values = {}) =>
  fetch(`/report?step=${step}&${new URLSearchParams(values)}&`, { cache: "no-store" });

const fail = (why) => report("failed", { why });
addEventListener("error", (event) => fail(event.message));
addEventListener("unhandledrejection", (event) => fail(event.reason));

// Resolves when the test has created the file. It polls slowly, because a server under load
// would use its cached data of files for a second.
const appears = async (target) => {
  while (!(await fetch(target, { cache: "no-store" })).ok) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const happens = (target, name) =>
  new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

// Resolves when the video has really played for half a second from its current time.
const plays = async (video) => {
  const until = video.currentTime + 0.5;
  while (video.currentTime < until) await happens(video, "timeupdate");
};

const watched = (video) => {
  video.addEventListener("error", () => fail(video.error.message));
  return video;
};
