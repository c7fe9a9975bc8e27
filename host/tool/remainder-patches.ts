// `%` of any two numbers. The VM's own is that of 32-bit integers, and takes all else for one: of 5.5 and
// 2 it is 1, of a Unix time in ms and 1000 some other number. The compiler adds a function that computes
// it by a division, once to a program that needs it, and leaves to the VM what is surely an integer. As
// in patches.ts, a place that is not found ends the tool.
import { Op } from "../optimise/format.ts"
import { HOOKS } from "./compiler-hooks.ts"

/** Indices of the VM's built-in names. */
const BuiltIn = { ceil: 20, floor: 26, imod: 75 } as const

/** Places in the compiler's text, and what stands there instead. */
export const REMAINDER_PATCHES: [RegExp, string][] = [
    [
        /if \(op2 == import_typescript2\.SyntaxKind\.PercentToken\)\s*return this\.emitMathCall\(75, a2, b2\);/,
        `if (op2 == import_typescript2.SyntaxKind.PercentToken)
            return b2.isLiteral && (b2.numValue | 0) === b2.numValue && b2.numValue !== 0 && ${HOOKS}.isInteger(ts3, expr.left)
                ? this.emitMathCall(${BuiltIn.imod}, a2, b2) : this.emitRemainder(a2, b2);`,
    ],
    [
        /emitMathCall\(id, \.\.\.args\) \{/,
        `emitRemainder(a, b) {
            this.remainder ??= new Procedure(this, "remainder", this.mainFile);
            this.remainder.callMe(this.writer, [a, b]);
            return this.retVal();
        }
        emitRemainderFunction() {
            const proc = this.remainder;
            if (proc) this.withProcedure(proc, wr => {
                const x = this.addParameter(proc, "dividend");
                const y = this.addParameter(proc, "divisor");
                const isInteger = value => wr.emitExpr(${Op.eq}, value.emit(wr), wr.emitExpr(${Op.bit_or}, value.emit(wr), literal(0)));
                const others = wr.mkLabel("others");
                wr.emitJumpIfFalse(others, isInteger(x));
                wr.emitJumpIfFalse(others, isInteger(y));
                wr.emitJumpIfFalse(others, y.emit(wr));
                wr.emitStmt(${Op.return}, this.emitMathCall(${BuiltIn.imod}, x.emit(wr), y.emit(wr)));
                wr.emitLabel(others);
                const times = wr.cacheValue(wr.emitExpr(${Op.div}, x.emit(wr), y.emit(wr)), true);
                const up = wr.mkLabel("up");
                const whole = wr.mkLabel("whole");
                wr.emitJumpIfFalse(up, wr.emitExpr(${Op.lt}, literal(0), times.emit()));
                times.store(this.emitMathCall(${BuiltIn.floor}, times.emit()));
                wr.emitJump(whole);
                wr.emitLabel(up);
                times.store(this.emitMathCall(${BuiltIn.ceil}, times.emit()));
                wr.emitLabel(whole);
                // what is smaller than the divisor, which may be infinite
                const many = wr.mkLabel("many");
                wr.emitJumpIfFalse(many, wr.emitExpr(${Op.eq}, times.emit(), literal(0)));
                wr.emitStmt(${Op.return}, x.emit(wr));
                wr.emitLabel(many);
                wr.emitStmt(${Op.return}, wr.emitExpr(${Op.sub}, x.emit(wr), wr.emitExpr(${Op.mul}, y.emit(wr), times.finalEmit())));
                this.finalizeProc(proc);
            });
        }
        emitMathCall(id, ...args) {`,
    ],
    [
        /this\.emitProtoAssigns\(\);\s*\}\);\s*function markTopLevel/,
        `this.emitProtoAssigns();
                this.emitRemainderFunction();
            });
            function markTopLevel`,
    ],
]
