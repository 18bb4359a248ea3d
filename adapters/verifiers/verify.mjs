// Verifies an evidence pack of a safeguarding hub, offline: `node verify.mjs PACK.zip`.
//
// In: a pack (zip or folder), keys you were given elsewhere. Out: a plain report; exit code 0 where
// all holds, 1 where a fault is found, 2 used wrongly. Never here: the network, the hub's code.
// Needs Node 20 or newer and the package `jose` (see README.txt). verify.py is the other opinion.
//
// Source: RFC 7515, 7638, 9162 section 2.1.3, C2SP signed-note, RFC 3161.

import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { inflateRawSync } from "node:zlib";

import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from "jose";

class Fault extends Error {}

function need(holds, words) {
  if (!holds) throw new Fault(words);
}

function sha256(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

// Only the one canonical spelling is taken: Buffer alone would skip what it does not know.
function b64(text, kind = "base64") {
  const raw = Buffer.from(text, kind);
  need(raw.toString(kind) === text, "is not canonical base64");
  return raw;
}

function json(raw) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
}

function ed25519(raw, message, signature) {
  const x = Buffer.from(raw).toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  return verify(null, message, key, signature);
}

const ALGORITHMS = { Ed25519: "Ed25519", "P-256": "ES256" };

// The claims of a compact JWS by a key.
async function opened(token, jwk, typ) {
  for (const part of token.split(".")) b64(part, "base64url");
  const alg = ALGORITHMS[jwk.crv];
  const { crv, kty, x, y } = jwk;
  const public_ = Object.fromEntries(Object.entries({ crv, kty, x, y }).filter(([, v]) => v));
  let found;
  try {
    found = await compactVerify(token, await importJWK(public_, alg), { algorithms: [alg] });
  } catch {
    throw new Fault("has a signature that does not hold");
  }
  const { alg: a, kid, typ: t, ...rest } = found.protectedHeader;
  const named = a === alg && t === typ && kid === (await calculateJwkThumbprint(public_));
  need(named && Object.keys(rest).length === 0, "names another key or type");
  return json(found.payload);
}

// When a key signed a note (0: it does not say), or null if it did not.
function note(text, vkey) {
  const [name, keyId, ...coded] = vkey.split("+");
  const key = b64(coded.join("+"));
  const named = sha256(`${name}\n`, key).subarray(0, 4);
  need(named.toString("hex") === keyId, "a key's id is not its own");
  const body = text.slice(0, text.indexOf("\n\n") + 1);
  let at = null;
  for (const line of text.slice(body.length + 1).trimEnd().split("\n")) {
    const [dash, by, signed] = line.split(" ");
    const signature = b64(signed);
    if (dash !== "\u2014" || by !== name || !signature.subarray(0, 4).equals(named)) continue;
    const stamped = key[0] === 4;
    at = stamped ? Number(signature.readBigUInt64BE(4)) : 0;
    const said = stamped ? `cosignature/v1\ntime ${at}\n${body}` : body;
    const holds = ed25519(key.subarray(1), Buffer.from(said), signature.subarray(stamped ? 12 : 4));
    need(holds, `has a signature of ${name} that does not hold`);
  }
  return at;
}

// RFC 9162 section 2.1.3.2, on whole numbers: a log has fewer than 2^53 leaves.
function included(index, size, leaf, path, root) {
  need(index >= 0 && index < size, "is not in a log of this size");
  let at = index;
  let last = size - 1;
  let found = sha256(Buffer.from([0]), leaf);
  for (const one of path) {
    need(last > 0, "has a proof that is too long");
    if (at % 2 === 1 || at === last) {
      found = sha256(Buffer.from([1]), one, found);
      while (at % 2 === 0 && at > 0) {
        at = at / 2;
        last = Math.floor(last / 2);
      }
    } else {
      found = sha256(Buffer.from([1]), found, one);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  need(last === 0 && found.equals(root), "has a proof that does not lead to the log's root");
}

function clock(at) {
  return new Date(at * 1000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}

// The values that a run of DER holds.
function der(data) {
  const found = [];
  for (let at = 0; at < data.length; ) {
    let head = 2;
    let length = data[at + 1];
    if (length & 128) {
      head += length & 127;
      length = data.readUIntBE(at + 2, head - 2);
    }
    found.push(data.subarray(at + head, at + head + length));
    at += head + length;
  }
  return found;
}

class Pack {
  constructor(files, given) {
    Object.assign(this, { files, given, faults: [], told: [], keys: new Map() });
    Object.assign(this, { claims: {}, witnesses: [], leaves: 0, open: 0 });
  }

  async run() {
    await this.guard("manifest.jws", () => this.manifest());
    await this.guard("log/checkpoint", () => this.checkpoint());
    const names = [...this.files.keys()].filter((name) => name.startsWith("entries/")).sort();
    for (const name of names.filter((one) => one.endsWith(".json"))) {
      await this.guard(name, () => this.entry(name));
    }
    for (const name of names.filter((one) => one.endsWith(".first"))) {
      await this.guard(name, () => this.first(name));
    }
    if (this.files.has("log/checkpoint.tsr")) {
      await this.guard("log/checkpoint.tsr", () => this.timestamp());
    }
  }

  // Whatever a check throws is a fault of its file: a file can be broken in any way.
  async guard(name, check) {
    try {
      await check();
    } catch (error) {
      const words = error instanceof Fault ? error.message : `cannot be read (${error.name})`;
      this.faults.push([name, words]);
    }
  }

  text(name) {
    return new TextDecoder("utf-8", { fatal: true }).decode(this.files.get(name));
  }

  async manifest() {
    const jwk = json(this.files.get("keys/hub.jwk"));
    const token = this.text("manifest.jws");
    const { kid } = decodeProtectedHeader(token);
    const own = await calculateJwkThumbprint(jwk);
    if (own !== kid || (this.given.hub && this.given.hub !== kid)) {
      this.faults.push(["keys/hub.jwk", "is not the key that the pack or you name"]);
    }
    this.claims = await opened(token, jwk, "hub-evidence+jwt");
    this.keys.set(kid, { agency: "hub", jwk, nbf: 1, exp: Number.MAX_SAFE_INTEGER });
    const listed = this.claims.files;
    const names = new Set([...Object.keys(listed), ...this.files.keys()]);
    names.delete("manifest.jws");
    for (const name of [...names].sort()) {
      const digest = sha256(this.files.get(name) ?? "").toString("hex");
      if (!this.files.has(name) || digest !== listed[name]) {
        this.faults.push([name, "is missing, altered or not part of the pack"]);
      }
    }
    this.told.push(`signed by ${this.claims.iss} with key ${kid}, ${names.size} files`);
  }

  checkpoint() {
    const text = this.text("log/checkpoint");
    const log = this.text("keys/log.vkey").trim();
    if (this.given.log && this.given.log !== log) {
      this.faults.push(["keys/log.vkey", "is not the log's key that you gave"]);
    }
    const [origin, size, root] = text.split("\n");
    const signed = note(text, log) !== null && origin === log.split("+")[0];
    need(signed, "is not signed by the log");
    this.told.push(`log ${origin}: ${size} leaves, root ${root}`);
    const carried = this.text("keys/witnesses").split("\n").filter(Boolean);
    this.witnesses = this.given.witness ?? carried;
    for (const vkey of this.witnesses) {
      const at = note(text, vkey);
      need(at || !this.given.witness, "is not signed by a witness that you gave");
      this.told.push(`witness ${vkey.split("+")[0]}: ${at ? clock(at) : "has not signed this"}`);
    }
  }

  // That a file proves a leaf; the checkpoint under which it does.
  proved(name, leaf, position) {
    const proof = this.text(name);
    const cut = proof.indexOf("\n\n");
    need(cut > 0, "is not a proof");
    const signed = proof.slice(cut + 2);
    const [, index, ...path] = proof.slice(0, cut).split("\n");
    const [, size, root] = signed.split("\n");
    need(index === `index ${position - 1}`, "has a proof of another place");
    const hashes = path.map((one) => b64(one));
    included(position - 1, Number(size), Buffer.from(leaf), hashes, b64(root));
    return signed;
  }

  // By when a leaf was in the log, as witnesses say.
  first(name) {
    const said = json(this.files.get(name.replace(/first$/, "json")));
    const signed = this.proved(name, said.leaf, said.position);
    const own = note(signed, this.text("keys/log.vkey").trim()) !== null;
    need(own, "is not signed by the log");
    const times = this.witnesses.map((vkey) => note(signed, vkey)).filter(Boolean);
    need(times.length > 0 || this.given.witness, "is not signed by a witness");
    if (times.length === 0) return;
    this.told.push(`position ${said.position}: in the log by ${clock(Math.min(...times))}`);
  }

  async entry(name) {
    const said = json(this.files.get(name));
    const signed = this.proved(name.replace(/json$/, "proof"), said.leaf, said.position);
    need(signed === this.text("log/checkpoint"), "has a proof of another checkpoint");
    this.leaves += 1;
    const [version, kind, , commitment, number] = said.leaf.split("\n");
    need(version === "hub-leaf/v1" && kind === said.kind, "is a leaf of another kind");
    const partner = said.partner ? `${said.partner} ${said.pseq}` : "";
    need(number === partner, "is numbered otherwise than its leaf");
    if (said.token !== null) {
      const sealed = sha256("hub-commit/v1\n", b64(said.blind), said.token);
      const holds = sealed.equals(b64(commitment));
      need(holds, "holds another statement than its leaf commits to");
      await this.statement(said);
      this.open += 1;
    }
  }

  async statement(said) {
    const hub = this.claims.iss;
    const key = this.keys.get(decodeProtectedHeader(said.token).kid);
    need(key !== undefined && !key.revoked, "is signed by no key in force there");
    const claims = await opened(said.token, key.jwk, "secevent+jwt");
    const issuer = key.agency === "hub" ? hub : `${hub}/agencies/${key.agency}`;
    const [[kind, event]] = Object.entries(claims.events);
    const own = key.agency === said.agency && claims.iss === issuer;
    need(own, "is by another agency");
    const alive = key.nbf <= claims.iat && claims.iat < key.exp;
    need(alive, "was signed outside the key's life");
    const described = said.jti === claims.jti && said.type === kind;
    need(described, "is described otherwise");
    if (key.agency !== "hub" && key.agency !== event.agency) return;
    if (kind.endsWith("/key-registered/v1")) {
      const named = (await calculateJwkThumbprint(event.jwk)) === event.kid;
      need(named, "registers a key under another's name");
      if (!this.keys.has(event.kid)) this.keys.set(event.kid, event);
    }
    if (kind.endsWith("/key-revoked/v1")) {
      this.keys.set(event.kid, { ...this.keys.get(event.kid), revoked: true });
      const since = event.compromised_since;
      const what = since ? `, disputed from ${clock(since)}` : "";
      this.told.push(`a key of ${event.agency}: ${event.reason}${what}`);
    }
  }

  // The imprint only: Node's standard library does not read CMS. verify.py asks openssl.
  timestamp() {
    const [, info] = der(der(this.files.get("log/checkpoint.tsr"))[0]);
    const [signed] = der(der(info)[1]);
    const [content] = der(der(der(signed)[2])[1]);
    const [, , imprint, , at] = der(der(content)[0]);
    const holds = der(imprint)[1].equals(sha256(this.files.get("log/checkpoint")));
    need(holds, "is a time stamp of something else");
    this.told.push(`time stamp ${at.toString()}: its signature was not checked`);
  }
}

// A zip without comment, encryption or extra volumes: what a pack is.
function unzipped(data) {
  const end = data.length - 22;
  need(end >= 0 && data.readUInt32LE(end) === 0x06054b50, "is not a zip");
  const files = new Map();
  let at = data.readUInt32LE(end + 16);
  for (let count = data.readUInt16LE(end + 10); count > 0; count -= 1) {
    need(data.readUInt32LE(at) === 0x02014b50, "is not a sound zip");
    const [method, packed] = [data.readUInt16LE(at + 10), data.readUInt32LE(at + 20)];
    const [named, extra, comment] = [28, 30, 32].map((place) => data.readUInt16LE(at + place));
    const name = data.toString("utf8", at + 46, at + 46 + named);
    const local = data.readUInt32LE(at + 42);
    const from = local + 30 + data.readUInt16LE(local + 26) + data.readUInt16LE(local + 28);
    const raw = data.subarray(from, from + packed);
    need(!files.has(name), "holds two files of one name");
    files.set(name, method === 0 ? raw : inflateRawSync(raw));
    at += 46 + named + extra + comment;
  }
  return files;
}

function read(path) {
  if (!statSync(path).isDirectory()) return unzipped(readFileSync(path));
  const found = readdirSync(path, { recursive: true, withFileTypes: true });
  const inside = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return new Map(inside.map((one) => [relative(path, one), readFileSync(one)]));
}

async function main() {
  const text = { type: "string" };
  const options = { hub: text, log: text, witness: { type: "string", multiple: true } };
  let path, given, files;
  try {
    ({ values: given, positionals: [path] } = parseArgs({ options, allowPositionals: true }));
    files = read(path);
  } catch (error) {
    if (error instanceof Fault) {
      console.log(`FAULT ${basename(path)}: ${error.message}\nNOT VERIFIED`);
      return 1;
    }
    console.error(`node verify.mjs PACK.zip [--hub ID] [--log VKEY] [--witness VKEY]: ${error.code}`);
    return 2;
  }
  const pack = new Pack(files, given);
  await pack.run();
  if (!given.hub || !given.log) {
    pack.told.push("NOTE: keys were taken from the pack; compare them with ones you know");
  }
  pack.told.push(`${pack.leaves} leaves in the log, ${pack.open} statements read and signed`);
  const faults = pack.faults.map(([name, words]) => `FAULT ${name}: ${words}`);
  console.log([...pack.told, ...faults, faults.length ? "NOT VERIFIED" : "VERIFIED"].join("\n"));
  return faults.length ? 1 : 0;
}

process.exitCode = await main();
