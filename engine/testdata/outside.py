"""A Kafka client that knows nothing of Velox.

outside.py produce BOOTSTRAP PARTITIONER
    writes what comes on standard input, a line {"topic", "key", "value"} each,
    where value is text; PARTITIONER is "default" or a name that librdkafka knows.

outside.py read BOOTSTRAP TOPIC...
    prints what the topics hold, committed, a line {"topic", "partition", "key",
    "value"} each, until it is stopped.
"""

import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, Producer, TopicPartition


def produce(bootstrap, partitioner):
    settings = {"bootstrap.servers": bootstrap}
    if partitioner != "default":
        settings["partitioner"] = partitioner
    producer = Producer(settings)
    failed = []

    def delivered(error, _):
        if error is not None:
            failed.append(str(error))

    for line in sys.stdin:
        r = json.loads(line)
        producer.produce(r["topic"], key=r["key"], value=r["value"], on_delivery=delivered)
        producer.poll(0)
    left = producer.flush(30)
    if failed or left:
        sys.exit(f"{left} records not delivered; {failed[:3]}")


def read(bootstrap, topics):
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "outside", "enable.auto.commit": False})
    known = consumer.list_topics(timeout=30).topics
    consumer.assign([TopicPartition(t, p, OFFSET_BEGINNING) for t in topics for p in known[t].partitions])
    while True:
        m = consumer.poll(1.0)
        if m is None:
            continue
        if m.error():
            sys.exit(str(m.error()))
        key, value = m.key(), m.value()
        print(json.dumps({
            "topic": m.topic(), "partition": m.partition(), "key": key and key.decode(), "value": value and value.decode(),
        }), flush=True)


if sys.argv[1] == "produce":
    produce(sys.argv[2], sys.argv[3])
else:
    read(sys.argv[2], sys.argv[3:])
