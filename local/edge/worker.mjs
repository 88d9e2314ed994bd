// Runs CloudFront Functions. One JSON message a line comes in:
//   {store: arn, items: {key: value}}           what a KeyValueStore holds from now on
//   {define: name, code, store: arn | null}     a function, with the store it is associated with
//   {id, call: name, event}                     answered by {id, value} or {id, error}
// Calls are in flight together: an async handler waits for nothing but its store.
//
// Source: "JavaScript runtime 2.0 features for CloudFront Functions", "Helper methods for key value
// stores". Node's language is newer than CloudFront's; its modules and globals are kept out.

import buffer from 'node:buffer';
import crypto from 'node:crypto';
import querystring from 'node:querystring';
import readline from 'node:readline';
import vm from 'node:vm';

const stores = new Map();
const functions = new Map();

const toStderr = (...words) => process.stderr.write(`${words.join(' ')}\n`);
const GLOBALS = {
  Buffer: buffer.Buffer,
  TextDecoder,
  TextEncoder,
  atob,
  btoa,
  console: { log: toStderr, error: toStderr, warn: toStderr, info: toStderr, debug: toStderr },
};
const FORMATS = { string: (text) => text, json: JSON.parse, bytes: (text) => Buffer.from(text) };

function handle(arn) {
  const items = () => stores.get(arn) ?? new Map();
  return {
    async get(key, options = {}) {
      if (!items().has(key)) throw new Error(`KeyNotFound: ${key}`);
      return FORMATS[options.format ?? 'string'](items().get(key));
    },
    exists: async (key) => items().has(key),
    count: async () => items().size,
  };
}

function cloudfront(arn) {
  const kvs = (id) => {
    if (!arn) throw new Error('no KeyValueStore is associated with this function');
    if (id && !arn.endsWith(`/${id}`)) throw new Error(`${id} is not this function's store`);
    return handle(arn);
  };
  const unknown = (_, name) => {
    throw new Error(`the local edge has no cf.${String(name)}`);
  };
  return new Proxy({ kvs }, { get: (known, name) => known[name] ?? unknown(known, name) });
}

const IMPORT =
  /^[ \t]*import\s+(?:(?:\*\s*as\s+)?([\w$]+)|\{([^}]*)\})\s+from\s+(['"])([\w:-]+)\3[ \t]*;?/gm;

// A script may not import, and a module would need a loader of its own.
function withoutImports(code) {
  return code.replace(IMPORT, (_, name, names, _quote, module) => {
    const bound = name ?? `{${names.replace(/\s+as\s+/g, ': ')}}`;
    return `const ${bound} = require('${module}');`;
  });
}

function compiled(code, arn) {
  const modules = { buffer, crypto, querystring };
  const load = (name) => {
    if (name === 'cloudfront') return cloudfront(arn);
    if (Object.hasOwn(modules, name)) return modules[name];
    throw new Error(`CloudFront Functions have no module ${name}`);
  };
  const context = vm.createContext(
    { ...GLOBALS, require: load },
    { codeGeneration: { strings: false, wasm: false } },
  );
  const source = `${withoutImports(code)}\n;typeof handler === 'function' ? handler : undefined`;
  const handler = new vm.Script(source, { filename: 'function.js' }).runInContext(context);
  if (!handler) throw new Error('the code has no function called handler');
  return handler;
}

function define({ define: name, code, store }) {
  try {
    functions.set(name, compiled(code, store));
  } catch (error) {
    functions.set(name, () => {
      throw error;
    });
  }
}

async function answer({ id, call, event }) {
  try {
    return JSON.stringify({ id, value: (await functions.get(call)(event)) ?? null });
  } catch (error) {
    return JSON.stringify({ id, error: String(error?.stack ?? error) });
  }
}

process.on('unhandledRejection', () => {}); // a promise that a handler forgot is no reason to end

readline.createInterface({ input: process.stdin }).on('line', async (line) => {
  const message = JSON.parse(line);
  if (message.define) define(message);
  else if (message.store) stores.set(message.store, new Map(Object.entries(message.items)));
  else process.stdout.write(`${await answer(message)}\n`);
});
