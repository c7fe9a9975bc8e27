// rows: S2 S3
import assert from "node:assert/strict"
import { test } from "node:test"
import { OctetReader } from "../peers/octets.ts"
import { parseSyslog, SyslogSyntaxError } from "../peers/rfc5424.ts"

/** The examples of RFC 5424, section 6.5, without those that need a BOM. */
const EXAMPLES = [
    "<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] An application event log entry...',
    '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3"][examplePriority@32473 class="high"]',
    '<0>1 - - - - - [meta sequenceId="1"]',
]
const VIOLATIONS: [rule: string, message: string][] = [
    ["PRI", "165>1 - - - - - -"],
    ["PRIVAL", "<192>1 - - - - - -"],
    ["PRIVAL", "<013>1 - - - - - -"],
    ["VERSION", "<13>2 - - - - - -"],
    ["TIMESTAMP", "<13>1 2003-10-11 - - - - -"],
    ["TIMESTAMP", "<13>1 2003-10-11T22:14:15.003 - - - - -"],
    ["TIMESTAMP", "<13>1 2003-10-11T22:14:15.1234567Z - - - - -"],
    ["FULL-DATE", "<13>1 2003-02-29T22:14:15Z - - - - -"],
    ["FULL-TIME", "<13>1 2003-02-28T22:14:60Z - - - - -"],
    ["HOSTNAME", `<13>1 - ${"h".repeat(256)} - - - -`],
    ["HOSTNAME", "<13>1 - h\u00e4 - - - -"],
    ["HOSTNAME", "<13>1 -  - - - -"],
    ["APP-NAME", `<13>1 - - ${"a".repeat(49)} - - -`],
    ["PROCID", `<13>1 - - - ${"p".repeat(129)} - -`],
    ["MSGID", `<13>1 - - - - ${"m".repeat(33)} -`],
    ["SD-ELEMENT", "<13>1 - - - - - text"],
    ["SD-ID", "<13>1 - - - - - [mine]"],
    ["SD-ID", "<13>1 - - - - - [mine@]"],
    ["SD-ID twice", "<13>1 - - - - - [meta][meta]"],
    ["PARAM-NAME", '<13>1 - - - - - [meta ="1"]'],
    ["PARAM-VALUE", '<13>1 - - - - - [meta a="]"]'],
    ["PARAM-VALUE", '<13>1 - - - - - [meta a="\\x"]'],
    ["PARAM-VALUE", '<13>1 - - - - - [meta a="'],
    ["sequenceId", '<13>1 - - - - - [meta sequenceId="0"]'],
    ["sequenceId", '<13>1 - - - - - [meta sequenceId="01"]'],
    ["sequenceId", '<13>1 - - - - - [meta sequenceId="2147483648"]'],
    ["SP before MSG", "<13>1 - - - - - -text"],
]

test("the reader takes the examples of RFC 5424", () => {
    for (const example of EXAMPLES) parseSyslog(Buffer.from(example))
    const [, second] = EXAMPLES.map(e => parseSyslog(Buffer.from(e)))
    assert.equal(second!.facility, 20)
    assert.equal(second!.severity, 5)
    assert.deepEqual(second!.data[0]!.params[1], ["eventSource", "Application"])
    assert.equal(second!.text, "An application event log entry...")
})

for (const [rule, message] of VIOLATIONS)
    test(`the reader refuses a violation of ${rule}: ${message.slice(0, 50)}`, () =>
        assert.throws(
            () => parseSyslog(Buffer.from(message)),
            (e: unknown) =>
                e instanceof SyslogSyntaxError && e.message.startsWith(rule)
        ))

test("the reader refuses text that is no UTF-8", () =>
    assert.throws(
        () =>
            parseSyslog(
                Buffer.concat([
                    Buffer.from("<13>1 - - - - - - "),
                    Buffer.from([0xc3]),
                ])
            ),
        SyslogSyntaxError
    ))

test("octet counting: any cut of the stream gives the same messages", () => {
    const stream = Buffer.from("3 abc6 hällo2 \n\n")
    for (let cut = 0; cut <= stream.length; ++cut) {
        const reader = new OctetReader()
        const messages = [
            ...reader.push(stream.subarray(0, cut)),
            ...reader.push(stream.subarray(cut)),
        ]
        assert.deepEqual(messages.map(String), ["abc", "hällo", "\n\n"])
        assert.equal(reader.pending, 0)
    }
    assert.throws(() => new OctetReader().push(Buffer.from("03 abc ")))
    assert.throws(() => new OctetReader().push(Buffer.from("<13>1 - ")))
})
