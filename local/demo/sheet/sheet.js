// A live picture fades in over its placeholder. When none comes, the placeholder stays and the page says why.
for (const picture of document.querySelectorAll("img[data-live]")) {
  const settle = () => {
    const here = picture.naturalWidth > 0;
    picture.parentElement.dataset.live = here ? "here" : "gone";
    if (!here) document.querySelector(".stopped[hidden]")?.removeAttribute("hidden");
  };
  picture.decode().then(settle, settle);
}
