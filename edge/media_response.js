// Viewer response of /renditions/*: what MediaConvert stores says nothing of caching, and under a tag
// nothing ever changes. Errors keep their own short lives.
// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  const response = event.response;
  const stored = response.statusCode === 200 || response.statusCode === 206;
  if (stored && !response.headers['cache-control']) {
    response.headers['cache-control'] = { value: 'public, max-age=31536000, immutable' };
  }
  return response;
}
