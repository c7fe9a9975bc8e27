/** U+2028 and U+2029; as literals the build tool would warn of them at each build. */
const LS = String.fromCharCode(0x2028)
const PS = String.fromCharCode(0x2029)

/** A dotenv text and the settings that npm `dotenv` reads from it. */
export interface DotenvVector {
    text: string
    values: Record<string, string>
}

/**
 * Read on both sides: the device's parser and npm `dotenv` must give these values,
 * so that a settings file means the same on a host and on a board.
 */
export const DOTENV_VECTORS: DotenvVector[] = [
    { text: "", values: {} },
    { text: "\n \r\n\t\n", values: {} },
    { text: "# a comment\n  # another\n", values: {} },
    { text: "A=1\nB=two\n", values: { A: "1", B: "two" } },
    { text: "A=1\r\nB=2\rC=3", values: { A: "1", B: "2", C: "3" } },
    { text: "\ufeffA=byte order mark", values: { A: "byte order mark" } },
    { text: "  A  =  spaced out  ", values: { A: "spaced out" } },
    { text: "A=\nB=\n", values: { A: "", B: "" } },
    { text: "A=first\nA=second", values: { A: "second" } },
    { text: "export A=1\nexport\tB=2", values: { A: "1", B: "2" } },
    { text: "export=1\n", values: { export: "1" } },
    { text: "export = 1", values: { export: "1" } },
    { text: "exportA=1\nexport\n\nB=2", values: { exportA: "1", B: "2" } },
    { text: "export export A=1\nB=2", values: { B: "2" } },
    { text: "a.b-c_9=1", values: { "a.b-c_9": "1" } },
    { text: "no assignment\nFOO BAR=1\nA=1", values: { A: "1" } },
    { text: "=1\n!A=1\nä=1\nB=ä", values: { B: "ä" } },
    {
        text: "A: 1\nB:2\nC : 3\nD:\nE=5\nF: \nG=7",
        values: { A: "1", D: "E=5", F: "", G: "7" },
    },
    { text: "A\n=\n1\nB=2", values: { A: "", B: "2" } },
    { text: "A\nB\nC=1", values: { C: "1" } },
    { text: "A=a=b==c", values: { A: "a=b==c" } },
    {
        text: "A=1 # note\nB=1#note\nC=#note",
        values: { A: "1", B: "1", C: "" },
    },
    {
        text: `A='1 # 2'\nB="1 # 2"\nC=\`1 # 2\``,
        values: { A: "1 # 2", B: "1 # 2", C: "1 # 2" },
    },
    {
        text: `A='x' # note\nB="y"# note\nC='z'  `,
        values: { A: "x", B: "y", C: "z" },
    },
    { text: `A=''\nB=""\nC=\`\``, values: { A: "", B: "", C: "" } },
    { text: `A=' padded '`, values: { A: " padded " } },
    {
        text: `A="it's"\nB='say "x"'\nC=\`"'\``,
        values: { A: "it's", B: `say "x"`, C: `"'` },
    },
    { text: `A="one\\ntwo\\rthree"`, values: { A: "one\ntwo\rthree" } },
    {
        text: `A='one\\ntwo'\nB=one\\ntwo`,
        values: { A: "one\\ntwo", B: "one\\ntwo" },
    },
    { text: `A="a \\"b\\" c"`, values: { A: `a \\"b\\" c` } },
    { text: `A='a \\' b'`, values: { A: `a \\' b` } },
    { text: `A='C:\\dir\\'\nB=2`, values: { A: "C:\\dir\\", B: "2" } },
    { text: `A="a\\tb\\\\n"`, values: { A: "a\\tb\\\n" } },
    {
        text: `A="one\ntwo\n\nfour" # note\nB=2`,
        values: { A: "one\ntwo\n\nfour", B: "2" },
    },
    { text: `A='one\r\ntwo'`, values: { A: "one\ntwo" } },
    {
        text: 'A=`{\n  "x": 1 # no note\n}`',
        values: { A: `{\n  "x": 1 # no note\n}` },
    },
    { text: `A=\n\n  'next line'\nB=2`, values: { A: "next line", B: "2" } },
    { text: `A=\n  # note\nB=2`, values: { A: "", B: "2" } },
    { text: `A="open\nB=2`, values: { A: `"open`, B: "2" } },
    { text: `A="open\\nB\nB=2`, values: { A: `"open\nB`, B: "2" } },
    {
        text: `A='it's'\nB='a' b 'c'\nC="a" b`,
        values: { A: "it's", B: "a' b 'c", C: `"a" b` },
    },
    { text: `A='x' y # z'\nB=2`, values: { A: `'x' y`, B: "2" } },
    { text: `A=x'y'\nB=x"y\nz"`, values: { A: "x'y'", B: `x"y` } },
    { text: `A='`, values: { A: "'" } },
    { text: `A="a' # b"`, values: { A: "a' # b" } },
    {
        text: "A=ümläut €\u{1f600}\nB='\u{1f600} # ü'",
        values: { A: "ümläut €\u{1f600}", B: "\u{1f600} # ü" },
    },
    { text: "A=1\u00a0\nB=\u3000x\u2003", values: { A: "1", B: "x" } },
    {
        text: `# note${LS}A=1\nB=1 # note${PS}C=3`,
        values: { A: "1", B: "1", C: "3" },
    },
    {
        text: `A=a${LS}'b'${LS}'c' d${PS}"e"`,
        values: { A: `a${LS}b${LS}'c' d${PS}e` },
    },
    { text: `A=a${LS}'b'${LS}'c'`, values: { A: `a${LS}b'${LS}'c` } },
    {
        text: 'SPACED_JSON={ "a": [1, 2] }',
        values: { SPACED_JSON: `{ "a": [1, 2] }` },
    },
    { text: "A=${B}\nB=$A", values: { A: "${B}", B: "$A" } },
]
