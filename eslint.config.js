'use strict';

// CloudFront Functions run ES 5.1 with some of ES 6 to 12 (runtime 2.0): what isn't listed there
// parses here and fails at the edge. https://docs.aws.amazon.com/AmazonCloudFront/latest/
// DeveloperGuide/functions-javascript-runtime-20.html
const js = require('@eslint/js');

const UNSUPPORTED = {
  ForOfStatement: 'for-of',
  SpreadElement: 'spread',
  ObjectPattern: 'destructuring',
  ArrayPattern: 'destructuring',
  AssignmentPattern: 'default parameters',
  ClassDeclaration: 'classes',
  ClassExpression: 'classes',
  ChainExpression: 'optional chaining',
  'LogicalExpression[operator="??"]': 'the ?? operator',
  'AssignmentExpression[operator=/^(\\|\\||&&|\\?\\?)=$/]': 'logical assignment',
  YieldExpression: 'generators',
  ImportExpression: 'import()',
  TaggedTemplateExpression: 'tagged templates',
  'CatchClause[param=null]': 'catch without a binding',
  'Property[shorthand=true]': 'shorthand properties',
  'Property[computed=true]': 'computed property names',
  'Literal[bigint]': 'BigInt',
  'Literal[raw=/^[0-9][0-9a-zA-Z.]*_/]': 'numeric separators',
  'Literal[regex.flags=/[^gim]/]': 'that flag of regular expressions',
  'Literal[regex.pattern=/[(][?]<[=!]/]': 'lookbehind',
  'ArrowFunctionExpression[async=true]': 'async closures',
  'FunctionExpression[async=true]': 'async closures',
  'CallExpression > AwaitExpression.arguments': 'await in arguments',
};

const NO_GLOBALS = [
  ...['Atomics', 'BigInt', 'FinalizationRegistry', 'Function', 'Map', 'Proxy', 'Reflect', 'Set'],
  ...['SharedArrayBuffer', 'WeakMap', 'WeakRef', 'WeakSet', 'globalThis'],
];
const NO_METHODS = ['at', 'flat', 'flatMap', 'fromEntries', 'hasOwn', 'matchAll'];
const NONE = "CloudFront Functions don't have it.";

module.exports = [
  js.configs.recommended,
  {
    files: ['edge/*.js'],
    languageOptions: {
      ecmaVersion: 2021,
      sourceType: 'script',
      // What stands before the code once it is built: stacks/constructs/edge_function.py.
      globals: { SPOOL: 'readonly', cf: 'readonly', crypto: 'readonly', isSigned: 'readonly' },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-redeclare': ['error', { builtinGlobals: false }],
      'no-eval': 'error',
      'no-restricted-globals': [
        'error',
        ...NO_GLOBALS.map((name) => ({ name, message: NONE })),
      ],
      'no-restricted-properties': [
        'error',
        ...NO_METHODS.map((property) => ({ property, message: NONE })),
        { object: 'Array', property: 'from', message: NONE },
      ],
      'no-restricted-syntax': [
        'error',
        ...Object.entries(UNSUPPORTED).map(([selector, name]) => ({
          selector,
          message: `CloudFront Functions don't have ${name}.`,
        })),
      ],
    },
  },
  {
    files: ['examples/live/*.js', 'examples/uppy/*.js'],
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        ['addEventListener', 'btoa', 'clearInterval', 'crypto', 'document', 'fetch', 'localStorage',
          'location', 'navigator', 'setInterval', 'setTimeout', 'URL', 'URLSearchParams',
          'WebSocket'].map((name) => [name, 'readonly']),
      ),
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
];
