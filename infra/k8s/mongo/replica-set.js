/* global connect, print, process, require, sleep */
// Runs beside each mongod until the replica set is as declared: REPLICAS members, the pods of the
// StatefulSet $APP-depl, and (where MONGO_ROOT_PASSWORD is set) their users. Every step looks
// before it acts, so any member may run it, at any time, again.

const { readFileSync } = require("fs");

const { APP, HOSTNAME, REPLICAS, MONGO_DATABASE, MONGO_PASSWORD, MONGO_ROOT_PASSWORD } = process.env;
const HOSTS = Array.from(
  { length: Number(REPLICAS) },
  (_, i) => `${APP}-depl-${i}.${APP}-srv${domain()}:27017`,
);
const UNKNOWN_USER = 11;
const AUTHENTICATION_FAILED = 18;

// Members go by the full name that the kubelet writes into each pod's own /etc/hosts. A mongod that
// can't find itself under its name at its start takes itself for removed, and one that is alone
// does so for good: DNS may not know yet, or be wrong about, the address of a pod that was replaced.
function domain() {
  const own = `${HOSTNAME}.${APP}-srv.`;
  const name = readFileSync("/etc/hosts", "utf8").split(/\s+/).find((word) => word.startsWith(own));
  if (!name) throw new Error(`/etc/hosts has no ${own}`);
  return name.slice(own.length - 1);
}

const admin = (host) =>
  connect(`mongodb://${host}/admin?directConnection=true&serverSelectionTimeoutMS=3000`);

// Only the first pod starts a set, and only when all others say that they are in none: a first
// pod that lost its volume is taken back by the others instead of starting a second set.
function initiate(local) {
  if (!HOSTNAME.endsWith("-0")) throw new Error("waiting for the first member's invitation");
  for (const host of HOSTS.slice(1)) {
    if (admin(host).hello().setName) throw new Error(`waiting to be taken back by ${host}`);
  }
  const members = HOSTS.map((host, _id) => ({ _id, host }));
  local.adminCommand({ replSetInitiate: { _id: "rs0", members } });
}

// The first user is made over localhost, which mongod allows while there is none.
function signIn(local) {
  try {
    local.auth("root", MONGO_ROOT_PASSWORD);
  } catch (error) {
    if (error.code !== AUTHENTICATION_FAILED) throw error;
    local.createUser({ user: "root", pwd: MONGO_ROOT_PASSWORD, roles: ["root"] });
    local.auth("root", MONGO_ROOT_PASSWORD);
  }
}

// The service's user, which can read and write its own database and nothing else.
function ensureUser(local) {
  const user = { pwd: MONGO_PASSWORD, roles: [{ role: "readWrite", db: MONGO_DATABASE }] };
  const database = local.getSiblingDB(MONGO_DATABASE);
  try {
    database.updateUser(MONGO_DATABASE, user);
  } catch (error) {
    if (error.code !== UNKNOWN_USER) throw error;
    database.createUser({ user: MONGO_DATABASE, ...user });
  }
}

// One member at a time, as a reconfiguration may add only one voter.
function addMissing(local) {
  const { config } = local.adminCommand({ replSetGetConfig: 1 });
  const missing = HOSTS.find((host) => !config.members.some((member) => member.host === host));
  if (!missing) return;
  const _id = 1 + Math.max(...config.members.map((member) => member._id));
  config.members.push({ _id, host: missing });
  config.version += 1;
  local.adminCommand({ replSetReconfig: config });
}

// Raises until this member takes part in the whole set and lets the service in. Members and users are
// the primary's to write, at the word of any member's helper: while a new password is rolled out,
// the primary is the last to hear of it, and nobody would get there waiting for it.
function settle() {
  const local = admin("127.0.0.1:27017");
  const hello = local.hello();
  if (!hello.setName) initiate(local);
  if (!hello.primary || !(hello.isWritablePrimary || hello.secondary)) {
    throw new Error("waiting for a primary, and to have caught up with it");
  }
  const primary = hello.isWritablePrimary ? local : admin(hello.primary);
  if (MONGO_ROOT_PASSWORD) {
    signIn(primary);
    ensureUser(primary);
  }
  addMissing(primary);
  const missing = HOSTS.find((host) => !hello.hosts.includes(host));
  if (missing) throw new Error(`waiting for ${missing} to be a member`);
  if (MONGO_PASSWORD) {
    admin("127.0.0.1:27017").getSiblingDB(MONGO_DATABASE).auth(MONGO_DATABASE, MONGO_PASSWORD);
  }
}

for (;;) {
  try {
    settle();
    break;
  } catch (error) {
    print(error.message);
  }
  sleep(2000);
}
print(`${HOSTNAME} is a member of rs0: ${HOSTS}`);
