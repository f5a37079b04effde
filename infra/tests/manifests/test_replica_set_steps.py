"""The replica set's helper, step by step, on members made up in Node: fast enough for every run.

`test_replica_set.py` runs it on real ones.
"""

import json
import shutil
import subprocess
from typing import Any

import pytest

from infra.tests.manifests.cluster import INFRA

SCRIPT = INFRA / "k8s" / "mongo" / "replica-set.js"
NAMES = [f"auth-mongo-depl-{n}.auth-mongo-srv.shop.svc.example" for n in range(3)]
MEMBERS = [f"{name}:27017" for name in NAMES]

# A world of members, which the script reaches by `connect`; what it told them is printed.
WORLD = """
const { readFileSync } = require("fs");
const [path, said] = process.argv.slice(1);
const { env, hosts, world } = JSON.parse(said);
const told = [];
let patience = 5;
const fail = (message, code) => { throw Object.assign(new Error(message), { code }); };
const connect = (uri) => {
  const host = new URL(uri.replace("mongodb:", "http:")).host;
  const me = host.startsWith("127.") ? world.me : host;
  const database = (name) => ({
    hello: () => ({ ...world.hello[me], hosts: world.hosts, primary: world.primary }),
    getSiblingDB: database,
    auth: (user, password) => {
      if (world.passwords[user] !== password) fail(`${user} refused by ${me}`, 18);
    },
    createUser: ({ user, pwd }) => {
      told.push([me, "createUser", user]);
      world.passwords[user] = pwd;
    },
    updateUser: (user, { pwd }) => {
      if (me !== world.primary) fail("not primary", 10107);
      if (!(user in world.passwords)) fail("no such user", 11);
      told.push([me, "updateUser", user]);
      world.passwords[user] = pwd;
    },
    adminCommand: (command) => {
      if (command.replSetGetConfig) {
        return { config: { version: 1, members: world.hosts.map((host, _id) => ({ _id, host })) } };
      }
      const config = command.replSetInitiate ?? command.replSetReconfig;
      told.push([me, Object.keys(command)[0], config.members.map((member) => member.host)]);
      world.hosts = config.members.map((member) => member.host);
      world.hello[me] = { setName: "rs0", isWritablePrimary: true };
      world.primary = me;
    },
  });
  return database("admin");
};
new Function("connect", "print", "sleep", "process", "require", readFileSync(path, "utf8"))(
  connect,
  (line) => told.push(["says", line]),
  () => { if (!patience--) throw new Error(JSON.stringify(told)); },
  { env },
  () => ({ readFileSync: () => hosts }),
);
console.log(JSON.stringify(told));
"""


def told(me: int, world: dict[str, Any], replicas: int = 3, **env: str) -> list[list[Any]]:
    """What the helper beside member `me` did until it was content."""
    said = {
        "env": {"APP": "auth-mongo", "HOSTNAME": f"auth-mongo-depl-{me}", "MONGO_DATABASE": "auth"}
        | {"REPLICAS": str(replicas)}
        | env,
        "hosts": f"127.0.0.1\tlocalhost\n10.1.2.3\t{NAMES[me]}\tauth-mongo-depl-{me}\n",
        "world": {"me": MEMBERS[me], "hello": {}, "hosts": [], "passwords": {}} | world,
    }
    node = shutil.which("node")
    if not node:
        pytest.skip("needs Node")
    done = subprocess.run(
        [node, "-e", WORLD, str(SCRIPT), json.dumps(said)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps: list[list[Any]] = json.loads(done.stdout)
    return [step for step in steps if step[0] != "says"]


def test_members_go_by_the_name_in_their_own_hosts_file() -> None:
    """The one name that a mongod can always resolve, and so find itself by, whatever DNS says."""
    assert told(0, {}, replicas=1) == [[MEMBERS[0], "replSetInitiate", MEMBERS[:1]]]


def test_the_first_starts_a_set_that_nobody_is_in() -> None:
    """With all members at once."""
    assert told(0, {}) == [[MEMBERS[0], "replSetInitiate", MEMBERS]]


def test_a_set_that_is_as_declared_is_left_alone() -> None:
    """Run again, it does nothing."""
    hello = {MEMBERS[1]: {"setName": "rs0", "secondary": True}}

    assert told(1, {"hello": hello, "hosts": MEMBERS, "primary": MEMBERS[0]}) == []


def test_any_members_helper_rolls_out_a_new_password() -> None:
    """At the primary: its own helper is restarted last, and only once the others are ready."""
    world = {
        "hello": {MEMBERS[2]: {"setName": "rs0", "secondary": True}},
        "hosts": MEMBERS,
        "primary": MEMBERS[0],
        "passwords": {"root": "r", "auth": "old"},
    }

    steps = told(2, world, MONGO_ROOT_PASSWORD="r", MONGO_PASSWORD="new")

    assert steps == [[MEMBERS[0], "updateUser", "auth"]]


def test_a_new_set_gets_its_users() -> None:
    """Root first, over localhost, and then the service's."""
    world = {
        "hello": {MEMBERS[0]: {"setName": "rs0", "isWritablePrimary": True}},
        "hosts": MEMBERS,
        "primary": MEMBERS[0],
    }

    steps = told(0, world, MONGO_ROOT_PASSWORD="r", MONGO_PASSWORD="p")

    assert steps == [[MEMBERS[0], "createUser", "root"], [MEMBERS[0], "createUser", "auth"]]
