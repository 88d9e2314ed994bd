// Viewer response of everything that is media.
//
// What MediaConvert stores says nothing of caching, and under a tag nothing ever changes; errors keep
// their own short lives. A private answer is CloudFront's and its viewer's to keep, no other cache's.
// Variants say what they depended on, for the sake of shared caches: CloudFront itself has that in
// the path. All is read by some origins' scripts only, and a browser that kept what a page showed would
// give it to one of them without the headers that allow it. `dl` makes a download of anything, under that name.

const LONGEST_NAME = 255;
const HINTS = { w: 'Sec-CH-Width', dpr: 'Sec-CH-DPR', q: 'Save-Data' };

// Of the viewer's own query or of what img_request.js left of it.
function parameter(query, name) {
  const entry = query[name];
  return entry ? (entry.multiValue ? entry.multiValue[0] : entry).value : '';
}

function varied(request) {
  const query = request.querystring;
  const isAsSent = /^(\/p)?\/img\//.test(request.uri);
  if (!isAsSent && !/^(\/p)?\/variants\//.test(request.uri)) return [];
  const format = parameter(query, 'f') || (isAsSent ? 'auto' : '');
  const names = format === 'auto' ? ['Accept'] : [];
  return names.concat(
    Object.keys(HINTS)
      .filter((name) => parameter(query, name) === 'auto')
      .map((name) => HINTS[name])
  );
}

function withVary(headers, names) {
  const given = headers.vary ? headers.vary.value : '';
  const known = given.toLowerCase().split(/\s*,\s*/);
  const added = names.filter((name) => known.indexOf(name.toLowerCase()) === -1);
  if (added.length) headers.vary = { value: (given ? [given] : []).concat(added).join(', ') };
}

// Neither a path, nor a header of its own, nor text that hides the end of the name.
function safeName(raw) {
  let name;
  try {
    name = decodeURIComponent(raw.replace(/\+/g, ' '));
    // eslint-disable-next-line no-unused-vars -- they may not have `catch` without it
  } catch (error) {
    return '';
  }
  if (name.length > LONGEST_NAME) return '';
  return name
    .replace(/[^ -~\u00a0-\uffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[/\\]/g, '_')
    .replace(/^\.+/, '_')
    .trim();
}

// RFC 6266, with RFC 8187 for what is not ASCII.
function attachment(name) {
  if (!name) return 'attachment';
  const ascii = name.replace(/[^ -~]|["%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase()
  );
  return 'attachment; filename="' + ascii + '"; filename*=UTF-8\'\'' + encoded;
}

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
function handler(event) {
  const request = event.request;
  const response = event.response;
  const headers = response.headers;
  if (response.statusCode === 200 || response.statusCode === 206) {
    if (!headers['cache-control']) {
      headers['cache-control'] = { value: 'public, max-age=31536000, immutable' };
    }
    const download = parameter(request.querystring, 'dl');
    if (download) headers['content-disposition'] = { value: attachment(safeName(download)) };
  }
  if (response.statusCode < 400) withVary(headers, varied(request).concat('Origin'));
  const cached = headers['cache-control'];
  if (cached && request.uri.indexOf('/p/') === 0) {
    cached.value = cached.value.replace(/^public\b/, 'private');
  }
  return response;
}
