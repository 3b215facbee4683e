"""A sixth set: one-liners of a few words, as a watch list has them, with unusual words before the chip."""

from __future__ import annotations

AI_CHIP = """
视频编解码与AI机器视觉SoC(NPU)
CPU与Instinct加速器
XST图形与AI异构处理器
AI异构多媒体处理器
AI影像SoC
深度学习处理器DPU(赛灵思收购)
车载大算力Chiplet芯片
可重构HPC加速器
众核超算处理器
语音NDP神经决策处理器
AI Chiplet算力芯粒
车载视觉AI算法与芯片
新能源汽车与机器人AI芯片
图流处理器GSP与边缘AI加速卡
光子互连与光子AI处理器
3D混合键合DRAM的LLM推理芯片
烧碱化工与军用GPU
求索AI芯片与视觉算法
感算一体智能视觉芯片
硬连线大模型芯片
""".strip().splitlines()

RELATED = """
物理IP
基础IP
RISC-V核心IP
光纤连接器与MPO
光DSP、交换与定制芯片
封装与贴片设备
划片与减薄设备
混合键合代工
光刻物镜
ArF准分子激光光源
数字后端布局布线工具
边缘光子通信芯片
光子网络交换
AI network SuperNIC
数据流处理器DPU
CPU与FPGA加速卡
网络交换芯粒与超节点互连
ASIC设计服务(AI加速器)
DSA处理器设计EDA工具
FPGA神经网络加速方案
低功耗GPU IP
""".strip().splitlines()

NO = """
高功率激光芯片
高功率半导体激光芯片
智能电动车与图灵AI芯片
GPU智算集群运营
数字IP运营与潮玩
AI眼镜芯片
AI桥接芯片
AI学习机处理器
AI降温芯片
AI辅助芯片设计软件
AI驱动的芯片设计
AI算法与芯片培训
电动汽车(自研FSD芯片与Dojo)
公有云(自研Trainium)
云服务与TPU出租
电源管理与多相控制器(GPU供电)
智驾域控制器(英伟达Orin)
AI服务器用高多层PCB
""".strip().splitlines()

CASES = tuple(
    [(text, "ai_chip") for text in AI_CHIP]
    + [(text, "related") for text in RELATED]
    + [(text, "no") for text in NO]
)
