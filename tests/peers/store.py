"""An S3 of another make serves files and keeps a backup: what lands and comes back must be the same.

usage: store.py SUNLAKE PLACE   (the program, and a folder with exports/ whose files have landed in SUNLAKE_LAKE)
"""

import json
import os
import pathlib
import subprocess
import sys

import boto3
from moto.server import ThreadedMotoServer

BUCKET = "sunlake-peers"


def said(sunlake, environment, *words):
    done = subprocess.run([sunlake, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def main(sunlake, place):
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    # Neither a proxy nor the settings of another store: of boto3, which reads this environment, too.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    key = {"AWS_ACCESS_KEY_ID": "peer", "AWS_SECRET_ACCESS_KEY": "peer", "AWS_REGION": "us-east-1"}
    environment = {**os.environ, **key, "AWS_ENDPOINT_URL": url, "AWS_ALLOW_HTTP": "true"}
    s3 = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="peer",
        aws_secret_access_key="peer",
    )
    s3.create_bucket(Bucket=BUCKET)
    try:
        for mapping in ("workflow_case", "workflow_event"):
            file = next(pathlib.Path(place, "exports").glob(f"{mapping}_2*.csv"))
            s3.upload_file(str(file), BUCKET, f"exports/{file.name}")
            words = ("ingest", mapping, "--dry-run", "--json")
            on_disk = json.loads(said(sunlake, environment, *words, str(file)))
            fetched = json.loads(said(sunlake, environment, *words, f"s3://{BUCKET}/exports/{file.name}"))
            assert fetched["batch_id"] == on_disk["batch_id"], (fetched, on_disk)
        backup, restored = f"s3://{BUCKET}/backup", str(pathlib.Path(place, "from-store"))
        said(sunlake, environment, "backup", backup)
        again = json.loads(said(sunlake, environment, "backup", backup, "--check", "--json"))
        assert again["backup"]["copied"] == 0, again
        said(sunlake, environment, "restore", backup, "--lake", restored)
        said(sunlake, environment, "lake", "verify", "--lake", restored)
        question = ("query", "select * from case_state order by case_no", "--format", "csv")
        assert said(sunlake, environment, *question) == said(sunlake, environment, *question, "--lake", restored)
    finally:
        server.stop()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
