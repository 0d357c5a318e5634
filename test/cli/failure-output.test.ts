import { usefulOutput } from "../../src/cli/failure-output";

const internals = `    at Module._compile (node:internal/modules/cjs/loader:1521:14)
    at Object.require.extensions.<computed> [as .ts] (/shop/node_modules/ts-node/src/index.ts:1621:12)
    at node:internal/main/run_main_module:28:49`;

describe("what is shown of an app that failed (first hour 34):", () => {
  const rows: [title: string, output: string, useful: string][] = [
    [
      "of a type error through ts-node, the compiler's lines",
      `/shop/node_modules/ts-node/src/index.ts:859
    return new TSError(diagnosticText, diagnosticCodes, diagnostics);
           ^
TSError: ⨯ Unable to compile TypeScript:
main.ts(9,5): error TS2322: Type 'string' is not assignable to type 'boolean'.
main.ts(12,1): error TS2561: Object literal may only specify known properties, but 'autostart' does not exist. Did you mean to write 'autoStart'?

    at createTSError (/shop/node_modules/ts-node/src/index.ts:859:12)
${internals} {
  diagnosticCodes: [ 2322, 2561 ]
}
`,
      `main.ts(9,5): error TS2322: Type 'string' is not assignable to type 'boolean'.
main.ts(12,1): error TS2561: Object literal may only specify known properties, but 'autostart' does not exist. Did you mean to write 'autoStart'?`,
    ],
    [
      "of the same in the compiler's pretty form, with the source",
      `/shop/node_modules/ts-node/src/index.ts:859
    return new TSError(diagnosticText, diagnosticCodes, diagnostics);
           ^
TSError: ⨯ Unable to compile TypeScript:
main.ts:1:7 - error TS2322: Type 'string' is not assignable to type 'number'.

1 const x: number = "a";
        ~

${internals} {
  diagnosticCodes: [ 2322 ]
}`,
      `main.ts:1:7 - error TS2322: Type 'string' is not assignable to type 'number'.

1 const x: number = "a";
        ~`,
    ],
    [
      "of a syntax error through tsx, esbuild's lines",
      `node:internal/modules/run_main:123
    triggerUncaughtException(
    ^
Error: Transform failed with 1 error:
/shop/main.ts:1:18: ERROR: Unexpected ";"
    at failureErrorWithLog (/shop/node_modules/esbuild/lib/main.js:1748:15)
    at Socket.readFromStdout (/shop/node_modules/esbuild/lib/main.js:697:9)
${internals} {
  name: 'TransformError'
}

Node.js v24.11.1
`,
      `Error: Transform failed with 1 error:
/shop/main.ts:1:18: ERROR: Unexpected ";"`,
    ],
    [
      "of a syntax error in bare node, its place in the user's file",
      `file:///shop/main.ts:1
const x: number = ;
                  ^

SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected
    at parseTypeScript (node:internal/modules/typescript:68:40)
${internals} {
  code: 'ERR_INVALID_TYPESCRIPT_SYNTAX'
}

Node.js v24.11.1`,
      `file:///shop/main.ts:1
const x: number = ;
                  ^

SyntaxError [ERR_INVALID_TYPESCRIPT_SYNTAX]: Expression expected`,
    ],
    [
      "of a missing module, who requires it",
      `node:internal/modules/cjs/loader:1210
  throw err;
  ^

Error: Cannot find module './nope'
Require stack:
- /shop/main.js
    at Function._resolveFilename (node:internal/modules/cjs/loader:1207:15)
    at Object.<anonymous> (/shop/main.js:1:1)
${internals} {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/shop/main.js' ]
}

Node.js v20.20.2`,
      `Error: Cannot find module './nope'
Require stack:
- /shop/main.js
    at Object.<anonymous> (/shop/main.js:1:1)`,
    ],
    [
      "of the user's own error, its frames in the user's code and its properties",
      `/shop/main.js:1
function f() { throw Object.assign(new Error("mine"), { status: 500 }); }
               ^

Error: mine
    at f (/shop/main.js:1:26)
${internals} {
  status: 500
}

Node.js v20.20.2`,
      `/shop/main.js:1
function f() { throw Object.assign(new Error("mine"), { status: 500 }); }
               ^

Error: mine
    at f (/shop/main.js:1:26)
{
  status: 500
}`,
    ],
    ["of anything else, all of it", "make: *** [app] Error 2\n", "make: *** [app] Error 2"],
    ["of nothing but foreign frames, all of it", internals, internals],
  ];
  test.each(rows)("%s", (_title, output, useful) => expect(usefulOutput(output)).toBe(useful));
});
