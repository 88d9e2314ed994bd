// Viewer request of /img/* and /p/img/*: whatever is asked for, one path for each variant, which is
// its key in the variants bucket too. No query and no header is in the cache key, and the ladder
// bounds the number of variants.
//
// A path has unreserved characters only: CloudFront's signature of %20, + or the like is refused by
// Function URLs (aws-samples/image-optimization#44). spool/imaging/options.py reads what is made
// here. SPOOL holds the settings: {widths: [ascending], signed}.

const KNOWN = 'v w h fit q f dpr g bg blur frame dl' + (SPOOL.signed ? ' k e s' : '');
const PARAMETERS = KNOWN.split(' ');
const FITS = ['inside', 'cover', 'contain', 'fill'];
const FORMATS = ['avif', 'webp', 'jpeg', 'png', 'gif'];
const BLURS = [1, 2, 5, 10, 20, 50, 100];
const TOP = SPOOL.widths[SPOOL.widths.length - 1];
const LONGEST = 2048; // characters of a path, and of a query
const PROBLEMS = {
  400: ['INVALID_REQUEST', 'The request is not valid'],
  403: ['FORBIDDEN', 'Forbidden'],
  404: ['NOT_FOUND', 'Not found'],
  414: ['INVALID_REQUEST', 'The URL is too long'],
};

function refuse(status, detail) {
  throw { status: status, detail: detail };
}

function must(name, isSo, be) {
  if (!isSo) refuse(400, name + ' must be ' + be + '.');
}

function problem(status, detail) {
  const code = PROBLEMS[status][0];
  const title = PROBLEMS[status][1];
  const type = 'urn:spool:problem:' + code;
  const body = { type: type, title: title, status: status, detail: detail, code: code };
  return {
    statusCode: status,
    headers: {
      'content-type': { value: 'application/problem+json' },
      'cache-control': { value: 'max-age=1' },
    },
    body: { encoding: 'text', data: JSON.stringify(body) },
  };
}

// Nothing for what is not UTF-8 or has control characters.
function decoded(text) {
  let value;
  try {
    value = decodeURIComponent(text);
    // eslint-disable-next-line no-unused-vars -- they may not have `catch` without it
  } catch (error) {
    return '';
  }
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 32 || (code > 126 && code < 160)) return '';
  }
  return value;
}

function originalOf(uri) {
  if (uri.length > LONGEST) refuse(414, 'The path is longer than ' + LONGEST + ' characters.');
  const path = /%2f/i.test(uri) ? '' : decoded(uri);
  const key = /^(\/p)?\/img\/originals\/([\w-]{1,64}\/[\w-]{1,64}\/\w{1,64})-(?!\.\.?$)[^/\\]+$/;
  const parts = key.exec(path);
  if (!parts) refuse(404, 'This is not the path of a picture.');
  return { path: path, privacy: parts[1] || '', asset: parts[2] };
}

function lengthOf(query) {
  return Object.keys(query).reduce((sum, name) => {
    const values = query[name].multiValue || [query[name]];
    return values.reduce((length, one) => length + name.length + one.value.length + 2, sum);
  }, 0);
}

// In a query + is a space; of a repeated name the first counts.
function parametersOf(query) {
  if (lengthOf(query) > LONGEST) refuse(414, 'The query is longer than ' + LONGEST + ' characters.');
  const given = {};
  PARAMETERS.forEach((name) => {
    const entry = query[name];
    const raw = entry && (entry.multiValue ? entry.multiValue[0] : entry).value;
    if (!raw) return;
    given[name] = decoded(raw.replace(/\+/g, ' '));
    must(name, given[name], 'readable text');
  });
  return given;
}

function headerOf(headers, name, other) {
  const header = headers[name] || headers[other];
  return header ? header.value : '';
}

// NaN, which no comparison holds for, unless it is a plain decimal.
function decimal(text) {
  return /^[0-9]{1,5}(\.[0-9]{1,9})?$/.test(text) ? Number(text) : NaN;
}

function isWhole(text, most) {
  return /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= most;
}

// 0 where it is not given.
function whole(given, name, most) {
  if (!given[name]) return 0;
  must(name, isWhole(given[name], most), 'a whole number from 1 to ' + most);
  return Number(given[name]);
}

function oneOf(name, value, known) {
  must(name, known.indexOf(value) !== -1, 'one of ' + known.join(', '));
  return value;
}

function halfUp(value) {
  return Math.floor(value + 0.5);
}

// Up the ladder. 1.1 × 300 is no more than 330.
function snapped(pixels) {
  return SPOOL.widths.filter((width) => width + 1e-6 >= pixels)[0] || TOP;
}

function densityOf(given, headers) {
  const isAuto = given.dpr === 'auto';
  const value = decimal(isAuto ? headerOf(headers, 'sec-ch-dpr', 'dpr') : given.dpr || '1');
  if (value > 0 && value <= 4) return value;
  must('dpr', isAuto, 'a number above 0 and at most 4, or auto');
  return 1;
}

// Width and height on the ladder, 0 for what is not given; a box keeps its ratio.
function sizeOf(given, headers) {
  const dpr = densityOf(given, headers);
  const isAuto = given.w === 'auto';
  const hint = headerOf(headers, 'sec-ch-width', 'width'); // in device pixels
  const w = isAuto ? (isWhole(hint, 99999) ? hint / dpr : 0) : whole(given, 'w', 99999);
  const h = whole(given, 'h', 99999);
  const width = w && snapped(w * dpr);
  if (!width || !h) return [width, h && snapped(h * dpr)];
  const height = Math.max(1, halfUp((h * width) / w));
  return height <= TOP ? [width, height] : [Math.max(1, halfUp((TOP * w) / h)), TOP];
}

function qualityOf(given, headers) {
  if (given.q === 'auto') return headerOf(headers, 'save-data').toLowerCase() === 'on' ? 50 : 80;
  return Math.max(10, 10 * halfUp((whole(given, 'q', 100) || 80) / 10));
}

function takes(accept, type) {
  return accept.split(',').some((range) => {
    const parts = range.split(';');
    return parts[0].trim() === type && !parts.some((part) => /^\s*q=0(\.0*)?\s*$/.test(part));
  });
}

// The last resort is no format: the resizer chooses JPEG, PNG for alpha, or GIF for animation.
function formatOf(given, headers) {
  if (given.f && given.f !== 'auto') {
    return oneOf('f', given.f === 'jpg' ? 'jpeg' : given.f, FORMATS);
  }
  const accept = headerOf(headers, 'accept').slice(0, 1024).toLowerCase();
  if (takes(accept, 'image/avif')) return 'avif';
  return takes(accept, 'image/webp') ? 'webp' : 'legacy';
}

// Nothing for the center.
function gravityOf(text) {
  if (/^((north|south)(east|west)?|east|west|attention|entropy)$/.test(text)) return text;
  if (text === 'center') return '';
  const point = text.split(',').map(decimal);
  const isPoint = point.length === 2 && point.every((value) => value <= 1);
  must('g', isPoint, 'a direction, attention, entropy, or two numbers 0-1: x,y');
  const percent = point.map((value) => 5 * halfUp(value * 20)).join('x');
  return percent === '50x50' ? '' : percent;
}

function backgroundOf(text) {
  if (text === 'transparent') return '';
  const digits = text.toLowerCase().replace(/^#/, '');
  must('bg', /^([0-9a-f]{3}){1,2}$/.test(digits), '3 or 6 hex digits, or transparent');
  return digits.length === 6 ? digits : digits.replace(/./g, '$&$&');
}

function blurOf(text) {
  const sigma = decimal(text);
  must('blur', sigma <= 100, 'a number from 0 to 100');
  return sigma && BLURS.filter((step) => step >= sigma)[0];
}

function nameOf(given, headers) {
  const size = sizeOf(given, headers);
  const fit = oneOf('fit', given.fit || 'inside', FITS);
  const gravity = gravityOf(given.g || 'center');
  const format = formatOf(given, headers);
  const quality = qualityOf(given, headers);
  const isBox = size[0] && size[1];
  const stem = [
    ['w', size[0]],
    ['h', size[1]],
    ['fit', isBox && fit !== 'inside' && fit],
    ['g', isBox && fit === 'cover' && gravity],
    ['bg', backgroundOf(given.bg || 'transparent')],
    ['blur', blurOf(given.blur || '0')],
    ['frame', whole(given, 'frame', 9999)],
    ['q', format !== 'png' && format !== 'gif' && quality],
  ].filter((part) => part[1]);
  const name = stem.map((part) => part.join('-')).join('_') || 'full';
  return name + '.' + (format === 'jpeg' ? 'jpg' : format);
}

function tagOf(given, privacy) {
  if (!given.v) return 'current';
  must('v', /^p?[0-9a-f]{12}$/.test(given.v), 'a tag');
  const isPrivate = given.v.charAt(0) === 'p';
  if (isPrivate !== (privacy !== '')) refuse(404, 'There is no such version here.');
  return given.v;
}

function canonical(request, original, given) {
  must('dl', !given.dl || given.dl.length < 256, 'at most 255 characters');
  const tag = tagOf(given, original.privacy);
  const name = nameOf(given, request.headers);
  request.uri = original.privacy + '/variants/' + original.asset + '/' + tag + '/' + name;
  // What the viewer response says: what the answer depended on, and a download's name.
  request.querystring = { f: { value: given.f || 'auto' } };
  ['w', 'dpr', 'q'].forEach((auto) => {
    if (given[auto] === 'auto') request.querystring[auto] = { value: 'auto' };
  });
  if (given.dl) request.querystring.dl = { value: encodeURIComponent(given.dl) };
  Object.keys(request.headers).forEach((header) => {
    if (/^x-(spool|amz|forwarded)-/.test(header)) delete request.headers[header];
  });
  return request;
}

// eslint-disable-next-line no-unused-vars -- CloudFront calls it
async function handler(event) {
  const request = event.request;
  try {
    const original = originalOf(request.uri);
    const given = parametersOf(request.querystring);
    if (SPOOL.signed && !original.privacy) {
      const isGenuine = await isSigned(original.path, given);
      if (!isGenuine) refuse(403, 'The signature is missing, wrong or expired.');
    }
    return canonical(request, original, given);
  } catch (error) {
    if (!error.status) throw error;
    return problem(error.status, error.detail);
  }
}
