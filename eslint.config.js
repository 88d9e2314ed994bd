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
  ChainExpression: 'optional chaining',
  'LogicalExpression[operator="??"]': 'the ?? operator',
  YieldExpression: 'generators',
};

module.exports = [
  js.configs.recommended,
  {
    files: ['edge/*.js'],
    languageOptions: { ecmaVersion: 2021, sourceType: 'script' },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': [
        'error',
        ...Object.entries(UNSUPPORTED).map(([selector, name]) => ({
          selector,
          message: `CloudFront Functions don't have ${name}.`,
        })),
      ],
    },
  },
];
