// Viewer request of /img/*: makes equal requests look equal, so that they share one cache entry.
// `f` says which format, where it was left to us the best that `Accept` allows; so no header is in
// the cache key. Options come in one order, each once, and what is no option is dropped.
//
// Of a key, only what a signature leaves as it is goes on: CloudFront's signature of a path with
// %20, + or the like is refused by Function URLs (aws-samples/image-optimization#44), so `~` stands
// for the percent sign.

const OPTIONS = ['v', 'w', 'h', 'fit', 'q', 'f', 'dpr'];

// The last resort is no format: the resizer chooses JPEG, PNG for alpha, or GIF for animation.
function bestFormat(accept) {
  if (accept.indexOf('image/avif') !== -1) return 'avif';
  if (accept.indexOf('image/webp') !== -1) return 'webp';
  return 'legacy';
}

function encoded(part) {
  return encodeURIComponent(decodeURIComponent(part)).replace(
    /[!'()*~]/g,
    (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()
  );
}

function signable(uri) {
  try {
    return uri.split('/').map(encoded).join('/').replace(/%/g, '~');
    // eslint-disable-next-line no-unused-vars -- they may not have `catch` without it
  } catch (error) {
    return uri; // not UTF-8, and so no key: the resizer says so
  }
}

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  const request = event.request;
  const given = request.querystring;
  const accept = request.headers.accept ? request.headers.accept.value : '';
  if (!given.f || given.f.value === 'auto') given.f = { value: bestFormat(accept) };
  const canonical = {};
  OPTIONS.forEach((name) => {
    if (given[name]) canonical[name] = { value: given[name].value };
  });
  request.querystring = canonical;
  request.uri = signable(request.uri);
  return request;
}
