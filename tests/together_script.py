"""What a user's script with the published `together` package does; runs in the package's own environment.

Usage: together_script.py BASE_URL KEY MODEL PROMPT [MAX_RETRIES]. Prints one line of JSON: the create's id,
the statuses seen, the last answer.
"""

import json
import sys
import time

import together


def main() -> None:
    base_url, key, model, prompt = sys.argv[1:5]
    more = {"max_retries": int(sys.argv[5])} if len(sys.argv) > 5 else {}
    client = together.Together(api_key=key, base_url=base_url, **more)
    created = client.videos.create(model=model, prompt=prompt)
    statuses = []
    for _ in range(600):
        job = client.videos.retrieve(created.id)
        statuses.append(str(getattr(job.status, "value", job.status)))
        if statuses[-1] in ("completed", "failed", "cancelled"):
            break
        time.sleep(0.1)
    answer = json.loads(job.model_dump_json())
    sys.stdout.write(json.dumps({"id": created.id, "statuses": statuses, "job": answer}) + "\n")


if __name__ == "__main__":
    main()
