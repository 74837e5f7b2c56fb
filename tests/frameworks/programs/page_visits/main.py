"""Counts the words of pages by a Python function in Spark's workers."""
from pyspark.sql import SparkSession
from pyspark.sql.functions import udf
from pyspark.sql.types import IntegerType
from words import number_of_words

SETTINGS = {
    "spark.driver.memory": "500m",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.execution.pythonUDF.arrow.enabled": "false",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def main():
    builder = SparkSession.builder.master("local[2]")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    counted = udf(number_of_words, IntegerType())
    pages = spark.range(0, 40_000, numPartitions=2).select(counted("id").alias("words"))
    print(sum(page.words for page in pages.collect()), "words")
    spark.stop()


if __name__ == "__main__":
    main()
