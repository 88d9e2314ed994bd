// Reads cases as JSON from stdin and writes for each whether IAM would allow it.
import { readFileSync } from 'node:fs';
import { runSimulation } from '@cloud-copilot/iam-simulate';

async function allowed({ principal, action, resource, account, context, identityPolicy, resourcePolicy }) {
  const simulation = {
    request: { principal, action, resource: { resource, accountId: account }, contextVariables: context },
    identityPolicies: identityPolicy ? [{ name: 'role', policy: identityPolicy }] : [],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resourcePolicy ?? undefined,
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === 'error') {
    throw new Error(`${principal} ${action} ${resource}: ${JSON.stringify(result.errors)}`);
  }
  return result.overallResult === 'Allowed';
}

const answers = [];
for (const request of JSON.parse(readFileSync(0, 'utf8'))) answers.push(await allowed(request));
console.log(JSON.stringify(answers));
