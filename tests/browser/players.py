"""The players that pages use, and one film in each page: `video`, with `errors` and `levels`."""

from __future__ import annotations

from playwright.sync_api import Page

from local.settings import ROOT

MODULES = ROOT / "node_modules"
HLS = MODULES / "hls.js/dist/hls.min.js"
DASH = MODULES / "dashjs/dist/modern/umd/dash.all.min.js"

VIDEO = """() => {
    const video = document.createElement("video");
    video.muted = true;
    document.body.replaceChildren(video);
    window.video = video;
    window.errors = [];
    window.levels = [];
}"""

PLAY_HLS = """source => {
    const quick = {abrEwmaFastVoD: 1, abrEwmaSlowVoD: 2};  // half-lives in seconds: 3 and 9
    const hls = new Hls({maxBufferLength: 4, maxMaxBufferLength: 6, ...quick});
    window.player = hls;
    hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) errors.push(data.details); });
    hls.on(Hls.Events.LEVEL_SWITCHED, (_, data) => levels.push(hls.levels[data.level].height));
    hls.loadSource(source);
    hls.attachMedia(video);
    return video.play();
}"""

PLAY_DASH = """source => {
    const player = dashjs.MediaPlayer().create();
    window.player = player;
    player.on("error", event => errors.push(event.error.message));
    player.on("qualityChangeRendered", event => {
        if (event.mediaType === "video") levels.push(event.newRepresentation.height);
    });
    player.initialize(video, source, true);
}"""

SEEK = """time => new Promise(done => {
    video.addEventListener("seeked", () => requestAnimationFrame(() => done(video.currentTime)),
        {once: true});
    video.currentTime = time;
})"""


def with_players(page: Page) -> Page:
    page.add_script_tag(path=HLS)
    page.add_script_tag(path=DASH)
    page.evaluate(VIDEO)
    return page


def until_played(page: Page, seconds: float) -> None:
    page.wait_for_function("seconds => video.currentTime > seconds || errors.length", arg=seconds)
    assert page.evaluate("errors") == []
