// Built into img_request.js where /img takes signed parameters only. A key is in the function's
// KeyValueStore as img-key-{k}; two of them are a rotation.

// `&` in a value is escaped, else one value could be read as several parameters.
function signedMessage(path, given) {
  const names = Object.keys(given).filter((name) => name !== 's');
  const pairs = names.sort().map((name) => name + '=' + given[name].replace(/&/g, '%26'));
  return path + '?' + pairs.join('&');
}

// In a time that does not tell how much of it is right.
function isSame(given, expected) {
  let difference = given.length ^ expected.length;
  for (let i = 0; i < expected.length; i++) {
    difference |= given.charCodeAt(i) ^ expected.charCodeAt(i);
  }
  return difference === 0;
}

// eslint-disable-next-line no-unused-vars -- img_request.js calls it
async function isSigned(path, given) {
  if (!/^[\w-]{1,32}$/.test(given.k || '') || !/^[0-9]{1,12}$/.test(given.e || '')) return false;
  if (!given.s || Number(given.e) * 1000 <= Date.now()) return false;
  let key;
  try {
    key = await cf.kvs().get('img-key-' + given.k);
    // eslint-disable-next-line no-unused-vars -- they may not have `catch` without it
  } catch (error) {
    return false;
  }
  if (!key) return false;
  const hmac = crypto.createHmac('sha256', key).update(signedMessage(path, given));
  return isSame(given.s, hmac.digest('base64url'));
}
