// One line of JSON for each test: {"name": ..., "error": ...}, error null when it passed. For test_javascript.py.
export default async function* (source) {
  for await (const { type, data } of source) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const error = data.details.error;
    const cause = error?.cause ?? error;
    // A test that is skipped or still to be written proves nothing.
    const idle = data.skip !== undefined || data.todo !== undefined ? "the test did not run" : null;
    yield `${JSON.stringify({ name: data.name, error: type === "test:fail" ? String(cause?.stack ?? cause) : idle })}\n`;
  }
}
