// A live picture fades in over its placeholder. When none comes, the placeholder stays and the page says why.
for (const picture of document.querySelectorAll("img[data-live]")) {
  const settle = () => {
    const here = picture.naturalWidth > 0;
    picture.parentElement.dataset.live = here ? "here" : "gone";
    const expired = Date.parse(picture.dataset.expires) < Date.now();
    if (!here && !expired) document.querySelector(".stopped[hidden]")?.removeAttribute("hidden");
  };
  picture.decode().then(settle, settle);
}

// A strip of tiles is a slider: what is pointed at is shown, what is chosen is played.
for (const strip of document.querySelectorAll(".scrub")) {
  const tiles = JSON.parse(strip.dataset.tiles);
  const video = strip.closest("article").querySelector("video");
  const slider = strip.querySelector("input");
  const shown = strip.querySelector(".shown");
  const [picture, label] = shown.children;
  const clock = (seconds) => new Date(seconds * 1000).toISOString().slice(11, 19).replace(/^(00:)?0?/, "");
  const show = (seconds) => {
    picture.style.cssText = tiles.findLast(([start], n) => start <= seconds || n === 0)[1];
    label.textContent = clock(seconds);
    shown.style.setProperty("--at", seconds / slider.max);
    shown.hidden = false;
  };
  const hide = () => { shown.hidden = true; };
  const follow = () => {
    slider.value = video.currentTime;
    slider.setAttribute("aria-valuetext", clock(video.currentTime));
  };
  slider.addEventListener("pointermove", ({ offsetX }) => {
    show(slider.max * Math.min(1, Math.max(0, offsetX / slider.clientWidth)));
  });
  slider.addEventListener("input", () => {
    video.currentTime = slider.value;
    show(slider.value);
  });
  slider.addEventListener("pointerleave", hide);
  slider.addEventListener("blur", hide);
  video.addEventListener("timeupdate", follow);
  video.addEventListener("seeking", follow);
}
