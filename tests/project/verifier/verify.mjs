// Verifies tokens with jose, as Jupid's Next.js example does: no line of it is ours.
// Reads {secret, issuer, audience, tokens} and writes one verdict for each token.
import { readFileSync } from "node:fs"
import { jwtVerify } from "jose"

const { secret, issuer, audience, tokens } = JSON.parse(readFileSync(0, "utf8"))
const key = new TextEncoder().encode(secret)

async function verdict(token) {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, key, {
      issuer,
      audience,
      algorithms: ["HS256"],
      typ: "JWT",
      requiredClaims: ["sub", "email", "name", "payload", "iat", "exp", "jti"],
    })
    return { claims: payload, header: protectedHeader }
  } catch (error) {
    return { refused: error.code, claim: error.claim ?? null }
  }
}

console.log(JSON.stringify(await Promise.all(tokens.map(verdict))))
