// Viewer request of /api/*: the API itself knows nothing of the prefix.
function handler(event) {
  const request = event.request;
  request.uri = request.uri.replace(/^\/api(?=\/|$)/, '') || '/';
  return request;
}
